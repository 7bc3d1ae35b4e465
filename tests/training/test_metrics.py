"""The figures, against values worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from moderation.training.metrics import (
    average_precision,
    expected_calibration_error,
    full_report,
    roc_auc,
    score_bands,
)

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


def test_many_samples_at_once_give_the_figure_of_each():
    dice = np.random.default_rng(4)
    labels, scores = dice.integers(0, 2, 40).astype(float), dice.integers(0, 9, 40) / 10
    samples = dice.integers(0, 3, (5, 40)).astype(float)
    for figure in (roc_auc, average_precision, expected_calibration_error):
        one_by_one = [float(figure(labels, scores, weights)) for weights in samples]
        assert figure(labels, scores, samples).tolist() == pytest.approx(one_by_one)


def test_bands_compare_the_mean_score_with_the_observed_rate():
    scores = np.array([0.3, 0.4, 0.49, 0.6, 0.9, 1.0])
    labels = np.array([0, 1, 0, 1, 1, 0.0])
    low, middle, high, top = score_bands(labels, scores, np.array([1, 2, 1, 1, 1, 3.0]))
    assert (low["n"], middle["n"], high["n"], top["n"]) == (3, 1, 0, 2)
    assert low["mean_score"] == pytest.approx((0.3 + 2 * 0.4 + 0.49) / 4)
    assert low["rate"] == pytest.approx(2 / 4)
    assert top["rate"] == pytest.approx(1 / 4)
    assert top["rate_interval"][0] < 0.25 < top["rate_interval"][1]
    assert "rate" not in high


def test_the_full_report_holds_each_figure_within_its_interval():
    dice = np.random.default_rng(2)
    labels = dice.integers(0, 2, (80, 6)).astype(float)
    scores = np.clip(dice.uniform(0, 0.7, (80, 6)) + 0.3 * labels, 0, 1)
    figures = full_report(labels, scores, np.ones(80))
    pairs = [(figures["mean_auc"], figures["mean_auc_interval"])]
    for of_class in figures["classes"].values():
        pairs += [(of_class[m], of_class[f"{m}_interval"]) for m in ("auc", "average_precision")]
    assert all(low < value < high for value, (low, high) in pairs)


def test_a_class_of_one_kind_has_neither_figure_nor_interval():
    labels, scores = np.zeros((20, 6)), np.full((20, 6), 0.1)
    figures = full_report(labels, scores, np.ones(20))
    assert figures["mean_auc_interval"] is None
    assert figures["classes"]["toxic"]["auc_interval"] is None
    assert figures["classes"]["toxic"]["ece_interval"] == pytest.approx([0.1, 0.1])
