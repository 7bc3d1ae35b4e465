"""A share with its uncertainty. Pure, and known to every room that counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

Z = 1.959964  # two-sided 95 %


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval, and from how many observations it comes."""

    value: float
    low: float
    high: float
    n: int


def share_of(successes: int, n: int) -> Estimate | None:
    """A share with Wilson's interval; None of none.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal
    of the American Statistical Association 22 (1927). It holds for few cases too.
    """
    return None if not n else _wilson(successes / n, n, n)


def weighted_share(observed: Iterable[tuple[bool, float]]) -> Estimate | None:
    """A share from cases that were drawn with different chances, each with its weight.

    The value is Hajek's ratio; the interval Wilson's at the effective number of cases of Kish,
    (sum of weights)² / (sum of squared weights).
    """
    cases = list(observed)
    total = sum(weight for _, weight in cases)
    if not total:
        return None
    share = sum(weight for success, weight in cases if success) / total
    return _wilson(share, total**2 / sum(weight**2 for _, weight in cases), len(cases))


def _wilson(share: float, effective: float, n: int) -> Estimate:
    shrink = 1 + Z**2 / effective
    middle = (share + Z**2 / (2 * effective)) / shrink
    half = Z * sqrt(share * (1 - share) / effective + Z**2 / (4 * effective**2)) / shrink
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half), n)
