"""Groups of comments that are copies of each other, or nearly.

Candidates are found by MinHash in bands (Broder, "On the resemblance and containment of documents",
1997) and then compared: two comments are of one group if the Jaccard similarity of their runs of
three words is at least ALIKE. Short comments are copies only if their letters are the same.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

ALIKE = 0.5
RUN = 3
"""words"""
FEWEST_RUNS = 6
BANDS, ROWS = 16, 3
SEED = 20
SPLIT = 20261101
"""Draws the same rows for validation whatever the seed of a training run."""
_NO_LETTER = re.compile(r"[\W\d_]+")


def letters_of(text: str) -> str:
    """What is left of a text without case, digits, spacing and punctuation."""
    return _NO_LETTER.sub("", text.lower()) or text


def group(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return for each text (rows,) the number of the first text of its group."""
    first = np.arange(len(texts))

    def root(row: int) -> int:
        while first[row] != row:
            first[row] = row = int(first[first[row]])
        return row

    runs = [_runs(text) for text in texts]
    seen: dict[object, int] = {}
    for row, text in enumerate(texts):
        for key in (letters_of(text), *_keys(runs[row])):
            other = seen.setdefault(key, row)
            if other != row and (isinstance(key, str) or _alike(runs[row], runs[other])):
                one, two = sorted((root(row), root(other)))
                first[two] = one
    return np.array([root(row) for row in range(len(texts))], np.int64)


def shares(texts: Sequence[str], groups: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return for each text (rows,) a number in [0, 1) that its whole group has in common.

    It is drawn by the letters of the group's first text in order of the alphabet, so neither the
    order of the rows nor other data changes it.
    """
    name: dict[int, str] = {}
    for number, text in zip(groups.tolist(), texts, strict=True):
        letters = letters_of(text)
        name[number] = min(letters, name.get(number, letters))
    drawn = {number: _draw(letters) for number, letters in name.items()}
    return np.array([drawn[number] for number in groups.tolist()])


def _draw(letters: str) -> float:
    digest = hashlib.sha256(f"{SPLIT}:{letters}".encode(errors="replace")).digest()
    return int.from_bytes(digest[:8]) / 2**64


def _runs(text: str) -> frozenset[str]:
    words = _NO_LETTER.sub(" ", text.lower()).split()
    return frozenset(" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1))


def _keys(runs: frozenset[str]) -> Iterable[tuple[int, ...]]:
    if len(runs) < FEWEST_RUNS:
        return
    minima = RMinHash(num_perm=BANDS * ROWS, seed=SEED)
    minima.update(sorted(runs))
    digest = minima.digest()
    for band in range(BANDS):
        yield (band, *digest[band * ROWS : (band + 1) * ROWS])


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALIKE * len(one | other)
