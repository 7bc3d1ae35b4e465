"""How far a figure might be off: the percentile bootstrap.

B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7 (1979); the
percentile interval is in Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), ch. 13.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]

SAMPLES = 1000
SEED = 20261125
_AT_ONCE = 2_000_000  # weights held in memory at a time


def interval(
    figure: Callable[[Floats], Floats], weights: Floats, samples: int = SAMPLES
) -> list[float] | None:
    """Return the 95 % interval [low, high] of a figure of weighted rows.

    `figure` takes weights of shape (samples, rows) and returns (samples,). A row that is drawn
    twice weighs double, so one formula serves the figure and its samples; and the same rows are
    drawn each time, so the interval of a difference of two figures is that of paired samples. Rows
    are drawn whatever their class: a sample without a positive counts for nothing, and where most
    are so the interval is None.
    """
    figures = np.concatenate([figure(some) for some in resampled(weights, samples)])
    defined = figures[~np.isnan(figures)]
    if 2 * len(defined) <= samples:
        return None
    low, high = np.percentile(defined, [2.5, 97.5])
    return [float(low), float(high)]


def resampled(weights: Floats, samples: int) -> Iterator[Floats]:
    """Yield the weights of bootstrap samples, some at a time: (some, rows)."""
    rows = len(weights)
    random = np.random.default_rng(SEED)
    at_once = max(1, _AT_ONCE // max(1, rows))
    for start in range(0, samples, at_once):
        some = min(at_once, samples - start)
        drawn = random.integers(0, rows, (some, rows)) + rows * np.arange(some)[:, None]
        times = np.bincount(drawn.ravel(), minlength=some * rows).reshape(some, rows)
        yield weights * times
