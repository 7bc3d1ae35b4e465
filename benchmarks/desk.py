"""How long the server needs for the review desk: pages, search, a decision on many; and weight.

    python -m benchmarks.desk [--comments 1000000] [--held 50000] [--rounds 40]
                              [--postgresql postgresql://user:password@127.0.0.1/postgres]

Fills a new database twice, once with a hundredth of the comments, and asks the real views of both
in turn as a signed-in moderator. Prints milliseconds of server time (median, 95th percentile) and
of this process's processor time (SQLite works in it, PostgreSQL beside it), the growth from the
small site to the large one with its 95 % interval, and any query whose plan reads the whole table
of comments. With --postgresql the databases are created on that server (and dropped), else they
are SQLite files. How fast the machine is just then is said by a loop of Python, before and after.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import random
import re
import statistics
import time
import timeit
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from benchmarks.site import filled_site, moderator_of
from moderation.accounts.tables import User
from moderation.comments.tables import Comment, Status
from moderation.db import db
from moderation.review.decide import MOST_AT_ONCE, Judgement, decide_all
from moderation.review.undo import undo

PAGES = {
    "worst first": "/review",
    "due first": "/review?order=due",
    "oldest": "/review?order=oldest",
    "newest": "/review?order=newest",
    "one class": "/review?label=insult",
    "one class over 0.6, oldest": "/review?label=insult&least=0.6&order=oldest",
    "a class between 0.5 and 0.7": "/review?label=threat&least=0.5&most=0.7",
    "threat left out": "/review?without=threat",
    "over a threshold": "/review?state=score",
    "over a threshold, a class, due": "/review?state=score&label=obscene&order=due",
    "unscored": "/review?state=unscored",
    "escalated, newest": "/review?state=escalated&order=newest",
    "most reported": "/review?state=reported",
    "published, newest": "/review?state=published&order=newest",
    "rejected, worst first": "/review?state=rejected",
    "everything, worst first": "/review?state=all",
    "everything, worst of a class": "/review?state=all&label=threat",
    "one page": "/review?page=front",
    "one page, due": "/review?page=front&order=due",
    "one page, everything, oldest": "/review?page=front&state=all&order=oldest",
    "one page, everything, worst": "/review?page=front&state=all",
    "one author, everything": "/review?author_of=1&state=all&order=newest",
    "the score map": "/review/map",
    "a range of it": "/review/map?label=insult&least=0.6&most=0.8",
    "all of a view, before": "/review/bulk?all=1&label=insult&least=0.6",
    "a case": "/review/7",
    "a case's pane": "/review/7/pane",
}
SEARCHES = {
    "a common word": "/review?text=council",
    "an uncommon word": "/review?text=harbour",
    "a rare word, everything": "/review?text=lighthouse&state=all",
    "a word that nobody wrote": "/review?text=zyzzyva",
    "a phrase": "/review?text=%22the+council%22",
    "the beginning of a word": "/review?text=harb*",
    "a word, not another": "/review?text=harbour+-bridge",
    "part of a name": "/review?author=writer%2077",
    "a word, a class, everything": "/review?text=harbour&label=insult&state=all",
}
WHOLE_TABLE = re.compile(r"SCAN comments$|Seq Scan on comments\b")


@dataclass(frozen=True)
class Times:
    """Milliseconds of each answer: by the clock, and of this process's own processor time."""

    clock: Sequence[float]
    processor: Sequence[float]


def measure(clients: Sequence[FlaskClient], address: str, rounds: int) -> Sequence[Times]:
    """The times of each client, asked in turn: what else the machine does meets all alike."""
    taken: list[list[tuple[float, float]]] = [[] for _ in clients]
    for client in clients:  # the first request warms up
        client.get(address)
    for _ in range(rounds):
        for client, times in zip(clients, taken, strict=True):
            start = time.perf_counter(), time.process_time()
            answer = client.get(address)
            end = time.perf_counter(), time.process_time()
            times.append(((end[0] - start[0]) * 1000, (end[1] - start[1]) * 1000))
            assert answer.status_code == 200, answer.text
    return [Times(*zip(*times, strict=True)) for times in taken]


def pace() -> str:
    """What this machine needs just now for a loop that is always the same."""
    best = min(timeit.repeat("sum(range(1_000_000))", number=1, repeat=20)) * 1000
    return f"the sum of a million numbers takes this machine {best:.1f} ms"


def growth(small: Sequence[float], large: Sequence[float]) -> str:
    """The ratio of the medians, with its 95 % interval by the bootstrap."""
    chance = random.Random(20)

    def ratio(pick: Callable[[Sequence[float]], Sequence[float]]) -> float:
        return statistics.median(pick(large)) / statistics.median(pick(small))

    drawn = [ratio(lambda times: chance.choices(times, k=len(times))) for _ in range(1000)]
    cuts = statistics.quantiles(drawn, n=40)
    return f"{ratio(lambda times: times):.2f} ({cuts[0]:.2f} to {cuts[-1]:.2f})"


@contextmanager
def statements_of(app: Flask) -> Iterator[list[tuple[str, Any]]]:
    """The SELECTs that are run meanwhile, with their values."""
    seen: list[tuple[str, Any]] = []
    with app.app_context():
        engine = db.engine

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def whole_reads(app: Flask, client: FlaskClient, address: str) -> Sequence[str]:
    """The lines of the page's query plans that read every comment."""
    with statements_of(app) as statements:
        client.get(address)
    found = []
    with app.app_context(), db.engine.connect() as connection:
        explain = "EXPLAIN " + ("QUERY PLAN " if connection.dialect.name == "sqlite" else "")
        for statement, values in statements:
            for row in connection.exec_driver_sql(explain + statement, values):
                if WHOLE_TABLE.search(str(row[-1])):
                    found.append(f"{row[-1]}\n      in {statement}")
    return found


def decide_many(app: Flask, times: int = 5) -> tuple[float, float]:
    """Seconds for a decision on MOST_AT_ONCE comments, and for its undo: the medians."""
    taken = [_decide_and_undo(app) for _ in range(times)]
    decided, undone = zip(*taken, strict=True)
    return statistics.median(decided), statistics.median(undone)


def _decide_and_undo(app: Flask) -> tuple[float, float]:
    with app.app_context():
        mona = db.session.scalars(select(User)).one().actor
        held = select(Comment.id).where(Comment.status == Status.HELD)
        numbers = db.session.scalars(held.order_by(Comment.id).limit(MOST_AT_ONCE)).all()
        start = time.perf_counter()
        outcome = decide_all(
            dict.fromkeys(numbers, Status.HELD),
            Judgement(Status.REJECTED),
            mona,
            may_settle_escalated=True,
        )
        done = time.perf_counter()
        assert outcome.action_id is not None
        undo(outcome.action_id, mona)
        return done - start, time.perf_counter() - done


def weight_of(client: FlaskClient, address: str) -> Mapping[str, int]:
    """Bytes of a first visit, gzipped as nginx sends them: the page and all that it asks for."""
    page = client.get(address).data
    linked = sorted(set(re.findall(rb'(?:href|src)="(/static/[^"]+)"', page)))
    modules = {url.decode(): client.get(url.decode()).data for url in linked}
    for url, body in [*modules.items()]:
        for name in re.findall(rb'from\s*"\./([\w.-]+)"', body):
            path = url.rpartition("/")[0] + "/" + name.decode()
            modules[path] = client.get(path).data
    return {name: len(gzip.compress(body, 6)) for name, body in {address: page, **modules}.items()}


def measured(clients: Sequence[FlaskClient], rounds: int) -> None:
    """Print the times of every page and search: those of the last client, and their growth."""
    print(f"{'':34} {'median':>8} {'p95':>8} {'growth':>22} {'processor':>12} {'growth':>22}")
    for name, address in (PAGES | SEARCHES).items():
        small, large = measure(clients, address, rounds)
        print(
            f"{name:34} {statistics.median(large.clock):8.1f}"
            f" {statistics.quantiles(large.clock, n=20)[-1]:8.1f}"
            f" {growth(small.clock, large.clock):>22}"
            f" {statistics.median(large.processor):12.1f}"
            f" {growth(small.processor, large.processor):>22}",
            flush=True,
        )


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--comments", type=int, default=1_000_000)
    parser.add_argument("--held", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--postgresql", help="a server to measure on, instead of SQLite")
    asked = parser.parse_args()
    with (
        filled_site(asked.comments // 100, asked.held // 100, asked.postgresql) as small,
        filled_site(asked.comments, asked.held, asked.postgresql) as app,
    ):
        print(f"{asked.comments:,} comments, {asked.held:,} held, {asked.rounds} rounds, in ms")
        client = moderator_of(app)
        gc.collect()
        gc.freeze()  # as the server does: deploy/gunicorn.conf.py
        print(pace())
        measured([moderator_of(small), client], asked.rounds)
        print(pace())
        for name, address in (PAGES | SEARCHES).items():
            for line in whole_reads(app, client, address):
                print(f"WHOLE TABLE: {name}: {line}")
        decided, undone = decide_many(app)
        print(f"{MOST_AT_ONCE:,} comments decided in {decided:.2f} s, taken back in {undone:.2f} s")
        weights = weight_of(client, "/review")
        print(f"first visit of /review: {sum(weights.values()) / 1000:.1f} kB gzipped")
        for name, size in sorted(weights.items(), key=lambda item: -item[1])[:5]:
            print(f"    {size / 1000:6.1f} kB  {name}")


if __name__ == "__main__":
    main()
