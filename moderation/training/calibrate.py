"""Scores that mean what they say, and the thresholds that follow from them."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.scoring.labels import LABELS

Floats = npt.NDArray[np.floating[Any]]

FOLDS = 5
FEWEST_POSITIVES = 30
"""A precision counted on fewer positives than this is too uncertain to set a threshold by."""


@dataclass(frozen=True)
class Calibration:
    """Per label, `slope * logit + shift` is the calibrated logit."""

    slopes: list[float]
    shifts: list[float]

    def apply(self, scores: Floats) -> Floats:
        """Return the calibrated probabilities for scores of shape (rows, 6)."""
        return _probability(np.array(self.slopes) * logit(scores) + np.array(self.shifts))


def fit_calibration(labels: Floats, scores: Floats, weights: Floats) -> Calibration:
    """Fit Platt's two numbers per label to weighted rows; a class with one kind is left as is."""
    pairs = []
    for column in range(len(LABELS)):
        known = ~np.isnan(labels[:, column])
        pairs.append(
            _fit_platt(labels[known, column], logit(scores[known, column]), weights[known])
        )
    return Calibration([slope for slope, _ in pairs], [shift for _, shift in pairs])


def calibrated_out_of_fold(labels: Floats, scores: Floats, weights: Floats) -> Floats:
    """Return each row's score (rows, 6) as calibrated on the other folds: honest to measure by."""
    fold = np.arange(len(scores)) % FOLDS
    calibrated = np.empty_like(scores)
    for number in range(FOLDS):
        others = fold != number
        fitted = fit_calibration(labels[others], scores[others], weights[others])
        calibrated[~others] = fitted.apply(scores[~others])
    return calibrated


def default_policy(
    labels: Floats, scores: Floats, weights: Floats, precision: float
) -> dict[str, Any]:
    """Return the card's thresholds: the scores, what they do on validation, and why they are so."""
    review = review_thresholds(labels, scores, weights, precision)
    crossed = scores >= np.array([review[label] for label in LABELS])
    return {
        "precision": precision,
        "review": review,
        "at_review": {
            label: _precision_and_recall(labels[:, column], crossed[:, column], weights)
            for column, label in enumerate(LABELS)
        },
        "queue": round(float(weights @ crossed.any(axis=1) / weights.sum()), 4),
        "why": (
            f"A review threshold is the lowest score from which at least {precision:.0%} of the "
            "comments are of the class, at the natural rate. A miss is published and hurts "
            "someone, a false alarm costs a reviewer some seconds, so the precision is set low; "
            "lower still and most of the queue would be innocent. A precision that rests on fewer "
            f"than {FEWEST_POSITIVES} positives is noise: there the threshold is the calibrated "
            f"score {precision:g} itself."
        ),
    }


def review_thresholds(
    labels: Floats, scores: Floats, weights: Floats, precision: float
) -> dict[str, float]:
    """Return, per label, the lowest score from which at least `precision` of the rows are positive.

    Where that would rest on fewer than FEWEST_POSITIVES positives, the threshold is `precision`
    itself: of comments with that calibrated score, that share is positive.
    """
    thresholds = {}
    for column, label in enumerate(LABELS):
        known = ~np.isnan(labels[:, column])
        lowest = _lowest_score(
            labels[known, column], scores[known, column], weights[known], precision
        )
        # Two decimals, as people set and read them; rounded up, so that the precision holds.
        thresholds[label] = _round_up(precision if lowest is None else lowest)
    return thresholds


def _round_up(threshold: float) -> float:
    return math.ceil(round(100 * threshold, 6)) / 100


def _precision_and_recall(
    labels: Floats, crossed: npt.NDArray[np.bool_], weights: Floats
) -> dict[str, float]:
    found = float(weights @ (crossed & (labels == 1)))
    held = float(weights @ (crossed & ~np.isnan(labels)))
    positive = float(weights @ (labels == 1))
    return {"precision": found / max(held, 1e-12), "recall": found / max(positive, 1e-12)}


def _lowest_score(
    labels: Floats, scores: Floats, weights: Floats, precision: float
) -> float | None:
    order = np.argsort(-scores)
    positive = (labels[order] == 1).astype(float)
    reached = np.cumsum(positive * weights[order]) / np.cumsum(weights[order])
    enough = (reached >= precision) & (np.cumsum(positive) >= FEWEST_POSITIVES)
    places = np.flatnonzero(enough)
    return float(np.clip(scores[order][places[-1]], 1e-4, 1 - 1e-4)) if len(places) else None


def _fit_platt(labels: Floats, logits: Floats, weights: Floats) -> tuple[float, float]:
    """Newton's method on the weighted log loss; a tiny ridge keeps separable data finite."""
    if len(np.unique(labels)) < 2:
        return 1.0, 0.0
    inputs = np.stack([logits, np.ones_like(logits)], axis=1).astype(np.float64)
    start = numbers = np.array([1.0, 0.0])
    for _ in range(50):
        predicted = _probability(inputs @ numbers)
        slope = inputs.T @ (weights * (predicted - labels)) + 1e-3 * (numbers - start)
        curvature = (inputs.T * (weights * predicted * (1 - predicted))) @ inputs
        change = np.linalg.solve(curvature + 1e-3 * np.eye(2), slope)
        numbers = numbers - np.clip(change, -1.0, 1.0)
        if np.abs(change).max() < 1e-8:
            break
    # A slope of nothing or less would turn the order of the scores around.
    return (float(numbers[0]), float(numbers[1])) if numbers[0] > 0.05 else (1.0, 0.0)


def logit(scores: Floats) -> Floats:
    """Return the logits of probabilities, within what can be counted."""
    clipped = np.clip(scores.astype(np.float64), 1e-7, 1 - 1e-7)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _probability(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -40, 40))))
