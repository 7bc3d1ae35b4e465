"""What is counted while it happens: requests, scores, decisions, deliveries.

Each process counts in a file of its own, and /metrics adds the files up. A process says first where
(`count_into`); until then nothing is counted, so a command leaves no trace. docs/metrics.md lists
every name.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from prometheus_client import Counter, Histogram, values

# The files are memory that the kernel may write out at any time: a process that finds no room on
# the disk then is killed (SIGBUS). So their room is taken before.
ROOM = 2**20  # bytes: some four thousand series
FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

_mine = {"name": ""}
# A process is known by its server's number and its place there, not by its own number: one that is
# recycled goes on with the file of the one before, and files do not pile up.
values.ValueClass = values.MultiProcessValue(  # type: ignore[no-untyped-call]
    lambda: _mine["name"]
)

requests = Counter(
    "evenkeel_http_requests", "Requests answered.", ["method", "route", "status"], registry=None
)
request_seconds = Histogram(
    "evenkeel_http_request_duration_seconds",
    "Time to answer a request, by route and the hundreds of its status.",
    ["route", "status"],
    buckets=FAST,
    registry=None,
)
scored_texts = Counter(
    "evenkeel_scored_texts",
    "Texts given to the network: scored, unreadable to it, or failed.",
    ["result"],
    registry=None,
)
scoring_seconds = Histogram(
    "evenkeel_scoring_duration_seconds",
    "Time of one call of the scorer, whether it scored or failed.",
    ["result"],
    buckets=FAST,
    registry=None,
)
judged_comments = Counter(
    "evenkeel_judged_comments",
    "New comments by what became of them, and for which reason those were held.",
    ["outcome", "reason"],
    registry=None,
)
deliveries = Counter(
    "evenkeel_deliveries",
    "Tries to deliver a webhook or a mail: sent, failed (tried again later), or given up.",
    ["kind", "result"],
    registry=None,
)
COUNTED = (requests, request_seconds, scored_texts, scoring_seconds, judged_comments, deliveries)


def count_into(folder: Path, *, server: int, place: int = 0) -> None:
    """Count in `folder` from now on, as the process at `place` of the server with this number.

    Counts nothing where the folder cannot be written: the site is worth more than its figures.
    """
    name = f"{server}-{place}"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        for kind in ("counter", "histogram"):
            with (folder / f"{kind}_{name}.db").open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, ROOM)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        _mine["name"] = name


def forget_the_dead(folder: Path) -> None:
    """Remove the files of servers that are gone, at the start of a new one."""
    for path in folder.glob("*.db"):
        server = re.fullmatch(r"[a-z]+_(\d+)-\d+", path.stem)
        if server and not _is_alive(int(server[1])):
            path.unlink(missing_ok=True)


def count(counter: Counter, *labels: str, amount: int = 1) -> None:
    """Count one more, or `amount` more, of what carries these labels."""
    if _mine["name"] and amount:
        counter.labels(*labels).inc(amount)


def observe(histogram: Histogram, seconds: float, *labels: str) -> None:
    """Keep how long something took that carries these labels."""
    if _mine["name"]:
        histogram.labels(*labels).observe(seconds)


def stop_counting() -> None:
    """Count nothing from now on."""
    _mine["name"] = ""


def _is_alive(process: int) -> bool:
    if process == os.getpid():
        return False  # our number, used before us: in a container every start has the same
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
