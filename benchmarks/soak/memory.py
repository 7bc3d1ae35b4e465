"""Half the load that the site can carry, for long: does its memory stay flat?"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from statistics import median
from typing import Any

from benchmarks.soak import audit
from benchmarks.soak.load import Told, authors, end
from benchmarks.soak.stack import Stack

WARM_UP = 300  # seconds in which caches fill: not counted into the slope, where there are more
EVERY = 10
CAPACITY_SECONDS = 20
AUTHORS = 8


def measure(
    stack: Stack, minutes: float, *, seed: int, say: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Find what the site takes at once, then send half of that for so many minutes."""
    stack.tend()
    stack.wait_until_ready()
    most = _capacity(stack, seed)
    say(f"it takes {most:.1f} comments a second; half of that from here on")
    told = Told()
    sending = authors(AUTHORS, stack.port, told, seed=seed + 1, pause=AUTHORS / (most / 2))
    began, points = time.monotonic(), []
    told_at = 0.0
    while (passed := time.monotonic() - began) < minutes * 60:
        points.append((passed, sum(stack.pss().values())))
        if passed >= told_at:
            done = len(told.acknowledged)
            say(f"{passed / 60:.0f} min: {points[-1][1]:.0f} MiB, {done} answered")
            told_at += 120
        time.sleep(EVERY)
    took = time.monotonic() - began
    end(sending)
    warm = [point for point in points if point[0] >= min(WARM_UP, minutes * 60 / 3)]
    rates = sorted(told.seconds)
    return {
        "seed": seed,
        "minutes": round(took / 60, 1),
        "capacity_per_second": round(most, 1),
        "sent_per_second": round(len(told.acknowledged) / took, 1),
        "acknowledged": len(told.acknowledged),
        "resets": told.resets,
        "refused": told.refused,
        "answer_ms_median": round(1000 * median(rates)),
        "answer_ms_p95": round(1000 * rates[int(0.95 * (len(rates) - 1))]),
        "pss_mib_first": round(points[0][1]),
        "pss_mib_warm": round(warm[0][1]),
        "pss_mib_last": round(points[-1][1]),
        "pss_mib_most": round(max(mib for _, mib in points)),
        "slope_mib_per_hour": round(_slope(warm) * 3600, 1),
        "pss_mib_by_five_minutes": _by_five_minutes(points),
        "pss_mib_by_process": {kind: round(mib) for kind, mib in stack.pss().items()},
        "wrong": audit.differences(stack.database, told),
    }


def _capacity(stack: Stack, seed: int) -> float:
    """Comments a second with nobody pausing."""
    told = Told()
    began = time.monotonic()
    sending = authors(AUTHORS, stack.port, told, seed=seed, pause=0)
    time.sleep(CAPACITY_SECONDS)
    found = len(told.acknowledged) / (time.monotonic() - began)
    end(sending)
    return found


def _slope(points: list[tuple[float, float]]) -> float:
    """MiB a second: the median of the slopes between any two points (Theil and Sen), which a
    recycled worker's step down does not bend."""
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for i, a in enumerate(points) for b in points[i + 1 :]]
    return median(slopes) if slopes else 0.0


def _by_five_minutes(points: list[tuple[float, float]]) -> list[int]:
    edges = [minute * 60 for minute in range(0, int(points[-1][0] / 60) + 6, 5)]
    parts = [[mib for at, mib in points if start <= at < stop] for start, stop in pairwise(edges)]
    return [round(median(part)) for part in parts if part]
