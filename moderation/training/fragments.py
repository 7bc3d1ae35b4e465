"""Pieces of comments, for teachers to label.

A network that learns from a teacher wants more texts than have labels, and of comments there is an
end, but hardly of their pieces (Tang and others, "Distilling task-specific knowledge from BERT into
simple neural networks", 2019).
"""

import re

import numpy as np
import numpy.typing as npt

from moderation.scoring.labels import LABELS
from moderation.training.dataset import Rows

SHORTEST, LONGEST = 4, 60
"""words of a piece"""
OFTENER = 3.0
"""how many times as often a comment of any class is cut as another"""
SEED = 20261101
"""Cuts the same pieces whatever the seed of a training run: teachers have answered for these."""

_WORD = re.compile(r"\S+")


def cut(rows: Rows, number: int) -> tuple[list[str], npt.NDArray[np.intp]]:
    """Return `number` pieces of comments, less those that come twice or are whole comments.

    And for each the row of the comment that it was cut from. Of rows that are no comments, as
    articles and other places' rows, nothing is cut.
    """
    dice = np.random.default_rng(SEED)
    comments = np.flatnonzero(np.isin(rows.forms, ["raw", "lower", "clean", "unlabelled"]))
    if not len(comments):
        return [], comments
    of_a_class = (rows.labels[comments, : len(LABELS)] == 1).any(axis=1)
    weights = np.where(of_a_class, OFTENER, 1.0)
    chosen = dice.choice(comments, number, p=weights / weights.sum())
    whole = set(rows.texts)
    pieces: dict[str, int] = {}
    for row in chosen.tolist():
        piece = _cut(rows.texts[row], dice)
        if piece not in whole:
            pieces.setdefault(piece, row)
    return list(pieces), np.array([*pieces.values()], np.intp)


def _cut(text: str, dice: np.random.Generator) -> str:
    words = [match.span() for match in _WORD.finditer(text)]
    length = min(len(words), int(dice.integers(SHORTEST, LONGEST + 1)))
    start = int(dice.integers(0, len(words) - length + 1))
    return text[words[start][0] : words[start + length - 1][1]] if length else text
