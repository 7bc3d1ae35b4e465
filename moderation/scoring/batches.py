"""Many tokenised texts through one network, some windows at a time."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.scoring.labels import LABELS
from moderation.text.tokens import PADDING_ID, windows

Ids = npt.NDArray[np.int32]
Floats = npt.NDArray[np.floating[Any]]


def score_windows(
    texts: Sequence[Sequence[int]], run: Callable[[Ids], Floats], together: int
) -> npt.NDArray[np.float32]:
    """Return the scores (texts, 6) of tokenised texts, of each class that of the worst window.

    So abuse at the end of a long comment is not averaged away. `run` is given the ids (windows,
    length) of at most `together` windows of like length, and returns what each scores, the six
    labels first.
    """
    parts = [(row, window) for row, ids in enumerate(texts) for window in windows(ids)]
    parts.sort(key=lambda part: len(part[1]))
    scores = np.zeros((len(texts), len(LABELS)), np.float32)
    for start in range(0, len(parts), together):
        some = parts[start : start + together]
        found = run(pad([window for _, window in some]))
        np.maximum.at(scores, [row for row, _ in some], found[:, : len(LABELS)])
    return scores


def pad(sequences: Sequence[Sequence[int] | Ids], multiple: int = 1) -> Ids:
    """Return a matrix (sequences, longest) of ids, padded at the end.

    Its length is a multiple of `multiple`.
    """
    longest = math.ceil(max(map(len, sequences)) / multiple) * multiple
    matrix = np.full((len(sequences), longest), PADDING_ID, np.int32)
    for row, ids in zip(matrix, sequences, strict=True):
        row[: len(ids)] = ids
    return matrix
