"""kill -9 of real processes, in short: script/soak does it two hundred times."""

import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from datetime import timedelta

from benchmarks.soak import audit
from benchmarks.soak.kills import kill_at_random
from benchmarks.soak.load import Author, Told
from benchmarks.soak.stack import MASTER, WEB
from moderation.comments.submit import MAX_TRIES, Draft, judge, store
from moderation.comments.submit import rescore as judge_again
from moderation.db import now
from moderation.settings import ROOT
from tests.faults.conftest import FIXED
from tests.faults.site import POISON

RESCORE = (
    "from tests.faults.site import app; from moderation.jobs import rescore_if_able\n"
    "with app.app_context(): rescore_if_able()"
)


def rescore(stack):
    """What the worker does each minute, at once, in a process of its own; its exit status.

    The comments are made a minute older first: fresh ones belong to their requests."""
    with closing(sqlite3.connect(stack.database)) as connection, connection:
        connection.execute("UPDATE comments SET created_at = datetime(created_at, '-1 minute')")
    done = subprocess.run(
        [sys.executable, "-c", RESCORE],
        cwd=ROOT,
        env=stack.environ,
        capture_output=True,
        check=False,
    )
    return done.returncode


def test_nothing_acknowledged_is_lost_when_processes_are_killed(stack):
    site = stack()
    found = kill_at_random(site, 3, seed=7, authors_at_once=3, pause=0.05, settle=rescore)
    assert found["wrong"] == []
    assert sum(found["killed"].values()) == 3
    assert {MASTER, WEB} == set(found["killed"])
    assert found["acknowledged"] > 0
    assert (found["unanswered"], found["left_unscored"]) == (0, 0)


def test_a_comment_that_kills_web_and_job_workers_is_quarantined_and_the_site_lives(stack):
    site = stack(FIXED)
    site.tend(jobs=False)
    site.wait_until_ready()
    told = Told()
    author = Author(0, site.port, told, seed=1, pause=0)
    author.send(f"{POISON}-1")  # the web worker dies of it; sent once more, it is known already
    assert told.resets >= 1
    assert f"{POISON}-1" in told.acknowledged
    author.send("harmless")
    assert [rescore(site) for _ in range(MAX_TRIES)] == [139, 139, 0]
    author.send("harmless-too")
    with closing(sqlite3.connect(site.database)) as connection:
        reasons = connection.execute(
            "SELECT hold_reason FROM comments WHERE text LIKE ?", (f"%{POISON}%",)
        ).fetchall()
    assert reasons == [("quarantined",)]
    assert audit.differences(site.database, told) == []


def test_one_that_kills_the_job_worker_holds_up_no_others(app, scorer):
    class Killer(type(scorer)):
        def score(self, texts):
            if "fatal" in texts[0]:
                raise SystemExit
            return super().score(texts)

    at = now() - timedelta(hours=1)
    first, _ = store(Draft("home", "Tess", "fatal"), at=at)
    with suppress(SystemExit):
        judge(first, Killer())
    store(Draft("home", "Tess", "A kind word"), at=at + timedelta(minutes=1))
    killer = Killer()
    with suppress(SystemExit):
        judge_again(killer)
    assert killer.calls == 1, "the one that was never tried came first"
