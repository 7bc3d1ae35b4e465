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
    table: Table, config: TrainingConfig, learn: Callable[[Mask, Mask], Floats]
) -> Floats:
    """Return logits (rows, 6) for every row of the table.

    `learn` learns from the rows of its first mask and returns logits (rows, 6), of which those of
    its second are used. A row that is learned from is answered by the one of FOLDS models that saw
    neither it nor a copy of it; any other row by the mean of them all. NaN for rows of another
    place, whose labels follow another scheme.
    """
    learned = learned_from(table, config)
    fold = (table.shares * 1e6).astype(int) % FOLDS
    logits = np.zeros((len(fold), len(LABELS)))
    for number in range(FOLDS):
        own = learned & (fold == number)
        said = learn(learned & ~own, own | ~learned)
        logits[own] = said[own]
        logits[~learned] += said[~learned] / FOLDS
    logits[np.array(table.rows.forms) == "other"] = np.nan
    return logits


def learned_from(table: Table, config: TrainingConfig) -> Mask:
    """Return which rows (rows,) a teacher may learn from: never those kept for validation."""
    forms = np.isin(table.rows.forms, [*config.text_forms, "article"])
    return np.asarray(forms & (table.shares >= config.validation))
