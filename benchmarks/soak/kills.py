"""kill -9 of each process at random under load: nothing acknowledged is lost."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from benchmarks.soak import audit
from benchmarks.soak.load import Told, authors, end
from benchmarks.soak.stack import JOBS, MASTER, WEB, Stack

SETTLES_WITHIN = 240  # seconds: half a minute of grace, two of the worker's minutes, and room


def kill_at_random(
    stack: Stack,
    kills: int,
    *,
    seed: int,
    authors_at_once: int = 4,
    pause: float = 0.2,
    settle: Callable[[Stack], None] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Kill so many processes while authors send, and compare what they were told with what is.

    `settle` makes the unscored be scored; without it the job worker's own minutes do.
    """
    dice, killed, told = random.Random(seed), Counter[str](), Told()
    with_jobs = settle is None
    # A master takes its workers with it and is long away: one kill in eight.
    kinds = [MASTER, WEB, JOBS, *[WEB] * 4, JOBS] if with_jobs else [MASTER, WEB]
    stack.tend(jobs=with_jobs)
    stack.wait_until_ready()
    sending = authors(authors_at_once, stack.port, told, seed=seed, pause=pause)
    began = time.monotonic()
    while sum(killed.values()) < kills:
        time.sleep(dice.uniform(0.1, 1.5))
        # Each kind in turn at first, so that few kills see all of them; then at random.
        done = sum(killed.values())
        kind = kinds[done] if done < len(kinds) else dice.choice(kinds)
        if stack.kill(kind, dice.randrange(8)):
            killed[kind] += 1
            if sum(killed.values()) % 20 == 0:
                say(f"{sum(killed.values())} of {kills} killed, {len(told.acknowledged)} answered")
        stack.tend(jobs=with_jobs)
        if kind == MASTER:
            stack.wait_until_ready()
    stack.wait_until_ready()
    end(sending)
    took = time.monotonic() - began
    if settle is not None:
        settle(stack)
    until = time.monotonic() + SETTLES_WITHIN
    while with_jobs and audit.unscored(stack.database) and time.monotonic() < until:
        time.sleep(2)
    wrong = audit.differences(stack.database, told)
    return {
        "seed": seed,
        "killed": dict(killed),
        "acknowledged": len(told.acknowledged),
        "unanswered": len(told.unanswered),
        "resets": told.resets,
        "refused": told.refused,
        "left_unscored": audit.unscored(stack.database),
        "seconds": round(took),
        "wrong": wrong,
    }
