"""Does a word for a group of people raise the score of a harmless sentence?

The three figures per identity term are those of Borkan, Dixon, Sorensen, Thain and Vasserman,
"Nuanced metrics for measuring unintended bias with real data for text classification", WWW 2019
(companion): AUC of `toxic` over the term's sentences alone (subgroup), over its harmless ones and
the harmful ones of others (BPSN: low where the term is scored too high), and over its harmful ones
and the harmless ones of others (BNSP: low where it is scored too low).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from moderation.scoring.scorer import Scorer
from moderation.training.comments_csv import read_choice, read_rows
from moderation.training.evaluate import score_texts
from moderation.training.identity import rows_per_term
from moderation.training.intervals import interval
from moderation.training.metrics import Floats, roc_auc

MEASURES = ("subgroup_auc", "bpsn_auc", "bnsp_auc")
SAMPLES = 200
"""Bootstrap samples per figure: there are some 150, over tens of thousands of sentences."""


@dataclass(frozen=True)
class Sentences:
    """Made-up sentences and, of each, whether it is harmful (rows,)."""

    texts: list[str]
    harmful: Floats


def read_madlibs(path: Path) -> Sentences:
    """Read the columns `Text` and `Label` (BAD or NOT_BAD); raise CsvError."""
    values = {"BAD": 1.0, "NOT_BAD": 0.0}
    texts, harmful = [], []
    for number, row in read_rows(path, ("Text", "Label")):
        texts.append(row["Text"])
        harmful.append(read_choice(path, number, row, "Label", values, "BAD or NOT_BAD"))
    return Sentences(texts, np.array(harmful))


def fairness(scorer: Scorer, sentences: Sentences) -> dict[str, Any]:
    """Return the figures per identity term, their means, and the worst term of each.

    A figure is None where one of its sides has no sentence.
    """
    scores = score_texts(scorer, sentences.texts, "Identity terms")[:, 0]
    readable, harmful = ~np.isnan(scores), sentences.harmful == 1
    terms = {
        term: _of_term(standing & readable, ~standing & readable, harmful, scores)
        for term, standing in rows_per_term(sentences.texts).items()
    }
    return {
        "n": int(readable.sum()),
        "unreadable": int(np.sum(~readable)),
        "auc": _auc(readable & harmful, readable & ~harmful, scores),
        "terms": terms,
        "mean": {measure: _mean(terms, measure) for measure in MEASURES},
        "worst": {measure: _worst(terms, measure) for measure in MEASURES},
    }


def _of_term(group: Any, others: Any, harmful: Any, scores: Floats) -> dict[str, Any]:
    return {
        "n": int(group.sum()),
        "subgroup_auc": _auc(group & harmful, group & ~harmful, scores),
        "bpsn_auc": _auc(others & harmful, group & ~harmful, scores),
        "bnsp_auc": _auc(group & harmful, others & ~harmful, scores),
    }


def _auc(positive: Any, negative: Any, scores: Floats) -> dict[str, Any]:
    """AUC of the one rows over the other, with its interval."""
    if not positive.any() or not negative.any():
        return {"value": None, "interval": None}
    labels = np.append(np.ones(positive.sum()), np.zeros(negative.sum()))
    rows = np.append(scores[positive], scores[negative])
    ones = np.ones(len(labels))
    return {
        "value": float(roc_auc(labels, rows, ones)),
        "interval": interval(partial(roc_auc, labels, rows), ones, SAMPLES),
    }


def _mean(terms: Mapping[str, Any], measure: str) -> float | None:
    known = [of[measure]["value"] for of in terms.values() if of[measure]["value"] is not None]
    return float(np.mean(known)) if known else None


def _worst(terms: Mapping[str, Any], measure: str) -> dict[str, Any] | None:
    known = {term: of for term, of in terms.items() if of[measure]["value"] is not None}
    if not known:
        return None
    term = min(known, key=lambda name: known[name][measure]["value"])
    return {"term": term, **known[term][measure]}
