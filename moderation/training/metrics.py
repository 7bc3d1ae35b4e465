"""Figures for scores against labels, with row weights; unknown labels (NaN) are left out.

Weights are of shape (rows,) for one figure, or (samples, rows) for one figure of each sample, which
is how `intervals` has them.
"""

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.scoring.labels import LABELS
from moderation.shares import weighted_share
from moderation.training.intervals import interval

Floats = npt.NDArray[np.floating[Any]]

CALIBRATION_BINS = 15
BANDS = ((0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.0))
"""Bands of the score in which the observed rate must be near the mean score: where it matters."""


def report(labels: Floats, scores: Floats, weights: Floats) -> dict[str, Any]:
    """Return the figures for labels and scores of shape (rows, 6) and weights of shape (rows,).

    A figure is None where a class has only one kind of known label, and so is the mean then.
    """
    classes: dict[str, dict[str, float | None]] = {}
    for column, label in enumerate(LABELS):
        known = ~np.isnan(labels[:, column])
        rows = labels[known, column], scores[known, column], weights[known]
        two_kinds = len(np.unique(rows[0])) == 2
        classes[label] = {
            "auc": float(roc_auc(*rows)) if two_kinds else None,
            "average_precision": float(average_precision(*rows)) if two_kinds else None,
            "ece": float(expected_calibration_error(*rows)) if known.any() else None,
        }
    aucs = [figures["auc"] for figures in classes.values()]
    known_aucs = [auc for auc in aucs if auc is not None]
    mean = float(np.mean(known_aucs)) if len(known_aucs) == len(LABELS) else None
    return {"mean_auc": mean, "n": len(labels), "classes": classes}


def full_report(labels: Floats, scores: Floats, weights: Floats) -> dict[str, Any]:
    """Return `report`, each figure's 95 % interval with it, and the score bands of each class."""
    figures = report(labels, scores, weights)
    for column, label in enumerate(LABELS):
        known = ~np.isnan(labels[:, column])
        rows = labels[known, column], scores[known, column]
        of_class = figures["classes"][label]
        for name, measure in _MEASURES.items():
            given = of_class[name] is not None
            of_class[f"{name}_interval"] = (
                interval(partial(measure, *rows), weights[known]) if given else None
            )
        of_class["bands"] = score_bands(*rows, weights[known])
    given = figures["mean_auc"] is not None
    figures["mean_auc_interval"] = (
        interval(partial(mean_auc, labels, scores), weights) if given else None
    )
    return figures


def mean_auc(labels: Floats, scores: Floats, weights: Floats) -> Floats:
    """Return the mean of the classes' AUC; NaN if one of them has only one kind of label."""
    aucs = []
    for column in range(labels.shape[1]):
        known = ~np.isnan(labels[:, column])
        aucs.append(roc_auc(labels[known, column], scores[known, column], weights[..., known]))
    return np.asarray(np.mean(aucs, axis=0))


def score_bands(labels: Floats, scores: Floats, weights: Floats) -> list[dict[str, Any]]:
    """Return, for each of BANDS, how many rows lie in it, their mean score and their observed rate.

    The rate has Wilson's interval at the effective number of rows.
    """
    bands = []
    for low, high in BANDS:
        inside = (scores >= low) & ((scores < high) | (high == 1.0))
        observed = zip((labels[inside] == 1).tolist(), weights[inside].tolist(), strict=True)
        rate = weighted_share(observed)
        band: dict[str, Any] = {"from": low, "to": high, "n": int(inside.sum())}
        if rate:
            band |= {
                "mean_score": float(np.average(scores[inside], weights=weights[inside])),
                "rate": rate.value,
                "rate_interval": [rate.low, rate.high],
            }
        bands.append(band)
    return bands


def roc_auc(labels: Floats, scores: Floats, weights: Floats) -> Floats:
    """Return the chance that a positive scores above a negative; a tie counts half.

    NaN where there is only one kind.
    """
    positive, negative = _weight_per_score(labels, scores, weights)
    negative_below = np.cumsum(negative, axis=-1) - negative
    wins = np.sum(positive * (negative_below + negative / 2), axis=-1)
    return _ratio(wins, positive.sum(axis=-1) * negative.sum(axis=-1))


def average_precision(labels: Floats, scores: Floats, weights: Floats) -> Floats:
    """Return the mean precision over the positives, from the highest score down.

    NaN where there is no positive.
    """
    sides = _weight_per_score(labels, scores, weights)
    positive, negative = (side[..., ::-1] for side in sides)
    found = np.cumsum(positive, axis=-1)
    precision = found / np.maximum(found + np.cumsum(negative, axis=-1), 1e-12)
    return _ratio(np.sum(precision * positive, axis=-1), positive.sum(axis=-1))


def expected_calibration_error(labels: Floats, scores: Floats, weights: Floats) -> Floats:
    """Return the mean gap between score and observed rate over equal bins of the score."""
    bins = np.minimum((scores * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gap = (weights * (scores - labels)) @ np.eye(CALIBRATION_BINS)[bins]
    return _ratio(np.abs(gap).sum(axis=-1), weights.sum(axis=-1))


_MEASURES = {
    "auc": roc_auc,
    "average_precision": average_precision,
    "ece": expected_calibration_error,
}


def _weight_per_score(labels: Floats, scores: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weight of the positives and of the negatives at each distinct score, lowest score first."""
    order = np.argsort(scores, kind="stable")
    starts = np.unique(scores[order], return_index=True)[1]
    positive, negative = (
        np.add.reduceat((weights * (labels == kind))[..., order], starts, axis=-1)
        for kind in (1, 0)
    )
    return positive, negative


def _ratio(above: Floats, below: Floats) -> Floats:
    """The quotient; NaN where nothing is below."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(above / below)
