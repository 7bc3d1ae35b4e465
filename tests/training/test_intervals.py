"""The bootstrap, against what is known of a mean."""

import numpy as np
import pytest

from moderation.training.intervals import interval


def mean_of(values):
    return lambda weights: weights @ values / weights.sum(axis=-1)


def test_the_interval_of_a_mean_is_the_known_one():
    values = np.random.default_rng(1).normal(5, 2, 400)
    low, high = interval(mean_of(values), np.ones(400))
    error = values.std() / np.sqrt(400)
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.05)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.05)


def test_it_is_the_same_each_time():
    values, weights = np.arange(30.0), np.linspace(1, 9, 30)
    assert interval(mean_of(values), weights) == interval(mean_of(values), weights)


def test_a_row_of_greater_weight_makes_it_wider():
    values = np.random.default_rng(1).normal(0, 1, 200)
    uneven = np.where(np.arange(200) < 10, 50.0, 1.0)
    (low, high), (wide_low, wide_high) = (
        interval(mean_of(values), weights) for weights in (np.ones(200), uneven)
    )
    assert wide_high - wide_low > 2 * (high - low)


def test_the_difference_of_two_figures_of_the_same_rows_is_paired():
    values = np.random.default_rng(1).normal(0, 1, 200)
    shifted = mean_of(values + 0.3)
    low, high = interval(lambda w: shifted(w) - mean_of(values)(w), np.ones(200))
    assert (low, high) == pytest.approx((0.3, 0.3))


def test_a_figure_that_most_samples_lack_has_no_interval():
    assert interval(lambda w: np.full(len(w), np.nan), np.ones(10)) is None


def test_many_rows_are_drawn_some_at_a_time(monkeypatch):
    values = np.arange(50.0)
    at_once = interval(mean_of(values), np.ones(50))
    monkeypatch.setattr("moderation.training.intervals._AT_ONCE", 100)
    low, high = interval(mean_of(values), np.ones(50))
    assert (low, high) == pytest.approx(at_once)
