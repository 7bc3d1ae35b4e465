"""Words for groups of people: does the model score comments that hold them fairly?

The terms are those whose effect on the 2018 comments was first measured: Dixon, Li, Sorensen, Thain
and Vasserman, "Measuring and mitigating unintended bias in text classification", AIES 2018.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.training.metrics import Floats, expected_calibration_error

TERMS = (
    "african", "african american", "american", "asian", "bisexual", "black", "blind", "buddhist",
    "canadian", "catholic", "chinese", "christian", "deaf", "elderly", "european", "female", "gay",
    "heterosexual", "hispanic", "homosexual", "indian", "japanese", "jewish", "latino", "latina",
    "latinx", "lesbian", "lgbt", "lgbtq", "male", "mexican", "middle aged", "middle eastern",
    "millenial", "muslim", "nonbinary", "old", "older", "paralyzed", "protestant", "queer", "sikh",
    "spanish", "straight", "taoist", "teenage", "trans", "transgender", "white", "young", "younger",
)  # fmt: skip

TERM = re.compile(rf"\b(?:{'|'.join(sorted(TERMS, key=len, reverse=True))})\b", re.IGNORECASE)
"""A term as a whole word. Of those that begin alike the longest counts: `african american` is not
`african`.
"""

FEWEST = 50
"""Comments with a term, and FEWEST_TOXIC toxic ones among them, that a rate may rest on."""
FEWEST_TOXIC = 10


def rows_per_term(texts: Sequence[str]) -> dict[str, npt.NDArray[np.bool_]]:
    """Return, for each term that stands in `texts`, in which of them (rows,) it stands."""
    found: dict[str, npt.NDArray[np.bool_]] = {}
    for row, text in enumerate(texts):
        for term in {match.lower() for match in TERM.findall(text)}:
            found.setdefault(term, np.zeros(len(texts), bool))[row] = True
    return dict(sorted(found.items()))


def calibration_per_term(
    texts: Sequence[str], toxic: Floats, scores: Floats, weights: Floats
) -> dict[str, dict[str, Any]]:
    """Return, per term that stands in enough comments, their mean score against their toxic share.

    `toxic`, `scores` (of that class) and `weights` are of shape (rows,). `calibration_error` is
    the expected one, within the term's comments.
    """
    known = ~np.isnan(toxic)
    figures: dict[str, dict[str, Any]] = {}
    for term, standing in rows_per_term(texts).items():
        rows = standing & known
        positive = int(np.sum(toxic[rows] == 1))
        if rows.sum() < FEWEST or positive < FEWEST_TOXIC:
            continue
        figures[term] = {
            "n": int(rows.sum()),
            "toxic": positive,
            "mean_score": float(np.average(scores[rows], weights=weights[rows])),
            "rate": float(np.average(toxic[rows], weights=weights[rows])),
            "ece": float(expected_calibration_error(toxic[rows], scores[rows], weights[rows])),
        }
    return figures
