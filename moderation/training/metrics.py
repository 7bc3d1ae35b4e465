"""Figures for scores against labels, with row weights; unknown labels (NaN) are left out."""

from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.scoring.labels import LABELS

Floats = npt.NDArray[np.floating[Any]]

CALIBRATION_BINS = 15


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
            "auc": roc_auc(*rows) if two_kinds else None,
            "average_precision": average_precision(*rows) if two_kinds else None,
            "ece": expected_calibration_error(*rows) if known.any() else None,
        }
    aucs = [figures["auc"] for figures in classes.values()]
    known_aucs = [auc for auc in aucs if auc is not None]
    mean = float(np.mean(known_aucs)) if len(known_aucs) == len(LABELS) else None
    return {"mean_auc": mean, "n": len(labels), "classes": classes}


def roc_auc(labels: Floats, scores: Floats, weights: Floats) -> float:
    """Return the chance that a positive scores above a negative; a tie counts half."""
    positive, negative = _weight_per_score(labels, scores, weights)
    negative_below = np.cumsum(negative) - negative
    wins = np.sum(positive * (negative_below + negative / 2))
    return float(wins / (positive.sum() * negative.sum()))


def average_precision(labels: Floats, scores: Floats, weights: Floats) -> float:
    """Return the mean precision over the positives, from the highest score down."""
    positive, negative = (side[::-1] for side in _weight_per_score(labels, scores, weights))
    found = np.cumsum(positive)
    precision = found / np.maximum(found + np.cumsum(negative), 1e-12)
    return float(np.sum(precision * positive) / positive.sum())


def expected_calibration_error(labels: Floats, scores: Floats, weights: Floats) -> float:
    """Return the mean gap between score and observed rate over equal bins of the score."""
    bins = np.minimum((scores * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gap = np.bincount(bins, weights * (scores - labels), CALIBRATION_BINS)
    return float(np.abs(gap).sum() / weights.sum())


def _weight_per_score(labels: Floats, scores: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weight of the positives and of the negatives at each distinct score, lowest score first."""
    _, place = np.unique(scores, return_inverse=True)
    sides = (np.bincount(place, weights * (labels == kind)) for kind in (1, 0))
    positive, negative = (side.astype(np.float64) for side in sides)
    return positive, negative
