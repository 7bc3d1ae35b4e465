"""Scores that mean what they say, and the thresholds that follow from them."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from moderation.scoring.labels import LABELS

Floats = npt.NDArray[np.floating[Any]]

FOLDS = 5
LEAST_SLOPE = 0.05
"""With a slope of nothing or less, scores would become equal or change places."""
FEWEST_POSITIVES = 30
"""A precision counted on fewer positives than this is too uncertain to set a threshold by."""


@dataclass(frozen=True)
class Calibration:
    """Beta calibration: per label, low * ln(score) - high * ln(1 - score) + shift are log-odds.

    `low` is the slope where scores are low and `high` where they are high; where both are 1, and
    `shift` 0, scores stay what they are. Kull, Silva Filho and Flach, "Beta calibration: a
    well-founded and easily implemented improvement on logistic calibration for binary classifiers",
    2017. Platt's line has one slope for both, and left scores near 0.4 off by up to a tenth here.
    """

    low: list[float]
    high: list[float]
    shift: list[float]

    def apply(self, scores: Floats) -> Floats:
        """Return the calibrated probabilities for scores of shape (rows, 6)."""
        low, high = _log_sides(scores)
        return np.asarray(expit(self.low * low + self.high * high + self.shift))


def fit_calibration(labels: Floats, scores: Floats, weights: Floats) -> Calibration:
    """Fit each label's three numbers to weighted rows; a class with one kind is left as is."""
    fitted = []
    for column in range(len(LABELS)):
        known = ~np.isnan(labels[:, column])
        fitted.append(_fit_beta(labels[known, column], scores[known, column], weights[known]))
    return Calibration(*(list(numbers) for numbers in zip(*fitted, strict=True)))


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


def _fit_beta(labels: Floats, scores: Floats, weights: Floats) -> tuple[float, float, float]:
    """The least weighted log loss; a tiny ridge keeps separable data finite."""
    start = np.array([1.0, 1.0, 0.0])
    if len(np.unique(labels)) < 2:
        return tuple(start.tolist())
    inputs = np.stack([*_log_sides(scores), np.ones(len(scores))], axis=1)

    def loss(numbers: Floats) -> tuple[float, Floats]:
        logits = inputs @ numbers
        missed = labels * log_expit(logits) + (1 - labels) * log_expit(-logits)
        ridge = numbers - start
        slope = inputs.T @ (weights * (expit(logits) - labels)) + 2e-3 * ridge
        return float(1e-3 * ridge @ ridge - weights @ missed), slope

    bounds = [(LEAST_SLOPE, None), (LEAST_SLOPE, None), (None, None)]
    return tuple(minimize(loss, start, jac=True, bounds=bounds).x.tolist())


def _log_sides(scores: Floats) -> tuple[Floats, Floats]:
    """ln(score) and -ln(1 - score), within what can be counted."""
    logits = logit(scores)
    return log_expit(logits), -log_expit(-logits)


def logit(scores: Floats) -> Floats:
    """Return the logits of probabilities, within what can be counted."""
    clipped = np.clip(scores.astype(np.float64), 1e-7, 1 - 1e-7)
    return np.asarray(np.log(clipped / (1 - clipped)))
