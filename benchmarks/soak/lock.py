"""Another process holds the database: readers go on, authors wait or hear when to come back."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from benchmarks.soak import audit
from benchmarks.soak.load import Told, authors, end
from benchmarks.soak.stack import Stack

SLOWEST_READ = 5.0  # seconds, on a machine that does other work: a held writer is 10 s


def hold_the_database(
    stack: Stack, seconds: float, *, seed: int, say: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Hold the write lock so long while authors send and readers read."""
    stack.tend()
    stack.wait_until_ready()
    told, wrong, reads = Told(), [], []
    sending = authors(6, stack.port, told, seed=seed, pause=0.3)
    time.sleep(3)
    with closing(sqlite3.connect(stack.database, isolation_level=None)) as holder:
        holder.execute("PRAGMA busy_timeout = 10000")
        holder.execute("BEGIN IMMEDIATE")
        say(f"held; {len(told.acknowledged)} answered before")
        before, until = len(told.acknowledged), time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.monotonic()
            if stack.status_of("/p/other") != 200:
                wrong.append("a page could not be read while the database was held")
            reads.append(time.monotonic() - began)
            time.sleep(0.2)
        holder.execute("ROLLBACK")
    freed = time.monotonic()
    while len(told.acknowledged) < before + 6 and time.monotonic() < freed + 60:
        time.sleep(0.1)
    recovered = time.monotonic() - freed
    end(sending)
    reads.sort()
    if reads[-1] > SLOWEST_READ:
        wrong.append(f"a page took {reads[-1]:.1f} s while the database was held")
    if told.unanswered:
        wrong.append(f"{len(told.unanswered)} comments were never answered")
    return {
        "held_seconds": seconds,
        "reads": len(reads),
        "read_ms_median": round(1000 * reads[len(reads) // 2]),
        "read_ms_slowest": round(1000 * reads[-1]),
        "acknowledged": len(told.acknowledged),
        "refused": told.refused,
        "all_authors_answered_after_seconds": round(recovered, 1),
        "wrong": wrong + audit.differences(stack.database, told),
    }
