"""Calibration and the thresholds of the first policy."""

import numpy as np
import pytest

from moderation.scoring.labels import LABELS
from moderation.training.calibrate import (
    FEWEST_POSITIVES,
    calibrated_out_of_fold,
    default_policy,
    fit_calibration,
    review_thresholds,
)


def six(column):
    return np.repeat(np.asarray(column, float)[:, None], len(LABELS), axis=1)


def test_calibration_undoes_a_known_distortion():
    dice = np.random.default_rng(0)
    logits = dice.normal(-1, 2, 200_000)
    labels = (dice.random(200_000) < 1 / (1 + np.exp(-logits))).astype(float)
    distorted = 1 / (1 + np.exp(-(2 * logits + 1)))
    calibration = fit_calibration(six(labels), six(distorted), np.ones(200_000))
    assert calibration.low[0] == pytest.approx(0.5, abs=0.03)
    assert calibration.high[0] == pytest.approx(0.5, abs=0.03)
    assert calibration.shift[0] == pytest.approx(-0.5, abs=0.06)
    restored = calibration.apply(six(distorted))
    np.testing.assert_allclose(restored[:, 0], 1 / (1 + np.exp(-logits)), atol=0.02)


def test_it_undoes_a_distortion_that_no_line_through_the_log_odds_undoes():
    dice = np.random.default_rng(0)
    scores = dice.random(200_000)
    truth = scores**0.5 / (scores**0.5 + (1 - scores) ** 2)  # low 0.5, high 2
    labels = (dice.random(200_000) < truth).astype(float)
    calibration = fit_calibration(six(labels), six(scores), np.ones(200_000))
    assert calibration.low[0] == pytest.approx(0.5, abs=0.05)
    assert calibration.high[0] == pytest.approx(2.0, abs=0.1)
    np.testing.assert_allclose(calibration.apply(six(scores))[:, 0], truth, atol=0.02)


def test_calibration_follows_the_weights():
    scores, labels = np.full(200, 0.5), np.array([1.0, 0.0] * 100)
    weights = np.where(labels == 1, 1.0, 9.0)
    calibration = fit_calibration(six(labels), six(scores), weights)
    assert calibration.apply(six(scores))[0, 0] == pytest.approx(0.1, abs=0.01)


def test_scores_are_never_turned_around():
    scores, labels = np.array([0.1] * 50 + [0.9] * 50), np.array([1.0] * 50 + [0.0] * 50)
    calibration = fit_calibration(six(labels), six(scores), np.ones(100))
    restored = calibration.apply(six(np.linspace(0.01, 0.99, 50)))
    assert (np.diff(restored, axis=0) > 0).all()


def test_a_class_without_positives_is_left_as_it_is():
    calibration = fit_calibration(six(np.zeros(10)), six(np.full(10, 0.3)), np.ones(10))
    assert (calibration.low[0], calibration.high[0], calibration.shift[0]) == (1.0, 1.0, 0.0)


def test_the_threshold_is_the_lowest_score_with_the_wanted_precision():
    # From the top: 60 positives, then positives and negatives in turn.
    labels = np.array([1.0] * 60 + [0.0, 0.0, 1.0] * 40)
    scores = np.linspace(0.99, 0.01, len(labels))
    threshold = review_thresholds(six(labels), six(scores), np.ones(len(labels)), 0.6)["toxic"]
    held = scores >= threshold
    assert labels[held].mean() >= 0.6
    lower = scores >= scores[scores < threshold][:3].min()
    assert labels[lower].mean() < 0.6


def test_precision_is_counted_with_the_weights():
    labels = np.array([1.0] * 40 + [0.0] * 40)
    scores = np.linspace(0.99, 0.01, 80)
    light = review_thresholds(six(labels), six(scores), np.ones(80), 0.6)["toxic"]
    heavy = np.where(labels == 1, 1.0, 10.0)
    assert review_thresholds(six(labels), six(scores), heavy, 0.6)["toxic"] > light


def test_too_few_positives_set_no_threshold_of_their_own():
    labels = np.array([1.0] * (FEWEST_POSITIVES - 1) + [0.0] * 50)
    scores = np.linspace(0.99, 0.01, len(labels))
    thresholds = review_thresholds(six(labels), six(scores), np.ones(len(labels)), 0.65)
    assert thresholds["threat"] == 0.65


def test_unknown_labels_do_not_count():
    labels = np.array([1.0] * 40 + [np.nan] * 40 + [0.0] * 40)
    scores = np.linspace(0.99, 0.01, 120)
    policy = default_policy(six(labels), six(scores), np.ones(120), 0.7)
    assert policy["at_review"]["toxic"]["precision"] >= 0.7
    assert policy["at_review"]["toxic"]["recall"] == 1


def test_scores_calibrated_out_of_fold_are_as_good_and_owe_nothing_to_their_own_row():
    random = np.random.default_rng(5)
    truth = random.uniform(size=(4000, 6))
    labels = (random.uniform(size=truth.shape) < truth).astype(np.float32)
    scores = truth**2
    weights = np.ones(len(truth))
    calibrated = calibrated_out_of_fold(labels, scores, weights)
    assert np.abs(calibrated - truth).mean() < np.abs(scores - truth).mean() / 2
    labels[0] = 1 - labels[0]
    np.testing.assert_array_equal(calibrated_out_of_fold(labels, scores, weights)[0], calibrated[0])
