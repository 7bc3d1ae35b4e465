"""The figures, against values of statsmodels 0.14 and of the literature."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.quality.agreement import cohens_kappa, recall
from moderation.shares import share_of, weighted_share

COUNTS = st.tuples(*[st.integers(0, 30)] * 4)


def cases(both, only_first, only_second, neither):
    return (
        [(True, True)] * both
        + [(True, False)] * only_first
        + [(False, True)] * only_second
        + [(False, False)] * neither
    )


@pytest.mark.parametrize(
    ("table", "kappa", "low", "high"),
    [
        ((20, 5, 10, 15), 0.4, 0.1511, 0.6489),
        ((45, 15, 25, 15), 0.1304, -0.0629, 0.3238),
        ((7, 1, 2, 90), 0.8072, 0.5953, 1.0),  # statsmodels says 1.019: cut at 1
    ],
)
def test_kappa_and_its_interval(table, kappa, low, high):
    found = cohens_kappa(cases(*table))
    assert (found.value, found.low, found.high) == pytest.approx((kappa, low, high), abs=5e-5)
    assert found.n == sum(table)
    assert found.agreed == (table[0] + table[3]) / sum(table)


@pytest.mark.parametrize("table", [(0, 0, 0, 0), (5, 0, 0, 0), (0, 0, 0, 9)])
def test_where_chance_explains_all_there_is_no_kappa(table):
    assert cohens_kappa(cases(*table)) is None


@given(COUNTS)
def test_kappa_does_not_ask_who_was_first(table):
    one, other = cases(*table), [(b, a) for a, b in cases(*table)]
    found, turned = cohens_kappa(one), cohens_kappa(other)
    assert (found is None) == (turned is None)
    if found is not None:
        assert (found.value, found.low) == pytest.approx((turned.value, turned.low))
        assert -1 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)],
)  # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
def test_a_share_has_wilsons_interval(successes, n, low, high):
    found = share_of(successes, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert found.value == successes / n


def test_a_share_of_nothing_is_no_share():
    assert share_of(0, 0) is None
    assert weighted_share([]) is None


def test_equal_weights_change_nothing():
    observed = [(True, 20.0)] * 3 + [(False, 20.0)] * 17
    assert weighted_share(observed) == share_of(3, 20)


def test_unequal_weights_widen_the_interval():
    observed = [(True, 100.0), (False, 100.0)] + [(False, 1.0)] * 98
    found = weighted_share(observed)
    assert found.value == pytest.approx(100 / 298)
    assert found.high - found.low > share_of(34, 100).high - share_of(34, 100).low
    assert found.n == 100


def test_recall_is_what_was_caught_of_all_that_was_bad():
    missed = share_of(2, 200)
    found = recall(90, 1000, missed)
    assert found.value == 90 / 100
    assert found.low == pytest.approx(90 / (90 + missed.high * 1000))
    assert found.low < found.value < found.high
    assert recall(0, 1000, share_of(0, 10)).value == 1.0
