"""Which model of a teacher answers for which rows: none for what it learned from, or a copy."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from moderation.scoring.labels import LABELS
from moderation.training.config import TrainingConfig
from moderation.training.dataset import Floats
from moderation.training.table import Table

Mask = npt.NDArray[np.bool_]
Learn = Callable[[Mask, Mask], Floats]
"""Learns from the rows of its first mask and returns logits (rows, 6), good for its second's."""

FOLDS = 3
UNLABELLED = ("unlabelled", "fragment")
"""the forms of rows that have no labels"""


def out_of_fold(
    table: Table,
    config: TrainingConfig,
    learn: Learn,
    folds: int = FOLDS,
) -> Floats:
    """Return logits (rows, 6) for the rows of the table, NaN where nobody is asked.

    A row that is learned from is answered by the one of `folds` models that saw neither it nor a
    copy of it; one that is validated on, or has no labels, by the mean of them all. Not asked for
    are forms of text that training leaves out, fragments, which are so many that the best model
    should answer (`of_unlabelled`), and rows of another place, whose labels follow another scheme.
    """
    learned = learned_from(table, config)
    others = ~learned & np.isin(table.rows.forms, ["raw", "unlabelled"])
    fold = (table.shares * 1e6).astype(int) % folds
    logits = np.where((learned | others)[:, None], np.zeros(len(LABELS)), np.nan)
    for number in range(folds):
        own = learned & (fold == number)
        said = learn(learned & ~own, own | others)
        logits[own] = said[own]
        logits[others] += said[others] / folds
    return logits


def of_unlabelled(table: Table, config: TrainingConfig, learn: Learn) -> Floats:
    """Return logits (rows, 6) for rows without labels, by one model that learned from all others.

    NaN for those.
    """
    asked = np.isin(table.rows.forms, UNLABELLED)
    logits = np.full((len(asked), len(LABELS)), np.nan)
    logits[asked] = learn(learned_from(table, config), asked)[asked]
    return logits


def learned_from(table: Table, config: TrainingConfig) -> Mask:
    """Return which rows (rows,) a teacher may learn from: never those kept for validation."""
    forms = np.isin(table.rows.forms, [*config.text_forms, "article"])
    return np.asarray(forms & (table.shares >= config.validation))
