"""The figures, against values worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from moderation.training.metrics import average_precision, expected_calibration_error, roc_auc

ONES = np.ones(4)


def test_auc_is_the_share_of_pairs_in_the_right_order():
    labels, scores = np.array([1, 0, 1, 0.0]), np.array([0.9, 0.8, 0.7, 0.1])
    assert roc_auc(labels, scores, ONES) == pytest.approx(3 / 4)


def test_a_tie_counts_half():
    assert roc_auc(np.array([1, 0.0]), np.array([0.5, 0.5]), np.ones(2)) == 0.5


def test_auc_weighs_pairs_by_both_rows():
    labels, scores = np.array([1, 0, 1, 0.0]), np.array([0.9, 0.8, 0.7, 0.1])
    # pairs: (0.9, 0.8) 1*3 right, (0.9, 0.1) 1*1 right, (0.7, 0.8) 2*3 wrong, (0.7, 0.1) 2*1 right
    assert roc_auc(labels, scores, np.array([1, 3, 2, 1.0])) == pytest.approx(6 / 12)


def test_average_precision_is_the_mean_precision_at_each_positive():
    labels, scores = np.array([1, 0, 1, 0.0]), np.array([0.9, 0.8, 0.7, 0.1])
    assert average_precision(labels, scores, ONES) == pytest.approx((1 + 2 / 3) / 2)


def test_calibration_error_is_the_mean_gap_weighted():
    labels, scores = np.array([1, 0, 1, 1.0]), np.array([0.5, 0.5, 0.9, 0.9])
    assert expected_calibration_error(labels, scores, ONES) == pytest.approx(0.05)
    # first bin: mean score 0.5, rate 3/4; second: 0.9, rate 1
    weights = np.array([3, 1, 2, 2.0])
    assert expected_calibration_error(labels, scores, weights) == pytest.approx(
        (4 * 0.25 + 4 * 0.1) / 8
    )


def test_a_score_of_one_has_a_bin():
    assert expected_calibration_error(np.ones(1), np.ones(1), np.ones(1)) == 0


@given(st.integers(0, 10_000))
def test_the_figures_are_those_of_scikit_learn(seed):
    dice = np.random.default_rng(seed)
    labels = np.array([0, 1, *dice.integers(0, 2, 30)], float)
    scores = dice.integers(0, 10, 32) / 10
    weights = dice.uniform(0.1, 9, 32)
    assert roc_auc(labels, scores, weights) == pytest.approx(
        roc_auc_score(labels, scores, sample_weight=weights)
    )
    assert average_precision(labels, scores, weights) == pytest.approx(
        average_precision_score(labels, scores, sample_weight=weights)
    )
