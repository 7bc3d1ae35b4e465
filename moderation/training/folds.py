"""Teachers answer out of fold: no row by a model that learned from it, or from a copy of it."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from moderation.scoring.labels import LABELS
from moderation.training.config import TrainingConfig
from moderation.training.dataset import Floats
from moderation.training.table import Table

Mask = npt.NDArray[np.bool_]

FOLDS = 3


def out_of_fold(
    table: Table,
    config: TrainingConfig,
    learn: Callable[[Mask, Mask], Floats],
    folds: int = FOLDS,
) -> Floats:
    """Return logits (rows, 6) for the rows of the table, NaN where nobody is asked.

    `learn` learns from the rows of its first mask and returns logits (rows, 6), of which those of
    its second are used. A row that is learned from is answered by the one of `folds` models that
    saw neither it nor a copy of it; one that is validated on, or has no labels, by the mean of them
    all. Not asked for are forms of text that training leaves out, and rows of another place, whose
    labels follow another scheme.
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


def learned_from(table: Table, config: TrainingConfig) -> Mask:
    """Return which rows (rows,) a teacher may learn from: never those kept for validation."""
    forms = np.isin(table.rows.forms, [*config.text_forms, "article"])
    return np.asarray(forms & (table.shares >= config.validation))
