"""The worker: rescoring when the scorer is back, and messages that are only JSON."""

import json
import os
import signal
import sqlite3
import threading
import time
import uuid
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv6Address

import pytest
from huey.registry import Message
from sqlalchemy import select

from moderation import jobs
from moderation.comments.submit import Draft, submit
from moderation.comments.tables import Comment, Status
from moderation.db import db, now
from moderation.jobs import JsonSerializer, make_huey, rescore_if_able
from moderation.operations.tables import JobRun
from moderation.scoring.scorer import ScorerUnavailable
from moderation.scoring.serving import current_card


def test_the_unscored_wait_without_losing_tries_while_the_scorer_is_down(app, scorer):
    scorer.down = True
    sent = submit(Draft("home", "Tess", "A kind word"), scorer, at=now() - timedelta(hours=1))
    for _ in range(5):
        assert rescore_if_able() == 0
    assert db.session.get_one(Comment, sent.id).tries == 1
    scorer.down = False
    assert rescore_if_able() == 1
    assert db.session.get_one(Comment, sent.id).status == Status.PUBLISHED


def test_messages_survive_json_and_never_touch_pickle():
    message = Message("id-1", "rescore", None, 0, 0, (12,), {}, None, None)
    written = JsonSerializer().serialize(message)
    assert json.loads(written)["name"] == "rescore"
    assert JsonSerializer().deserialize(written).name == "rescore"


def test_the_minutely_job_goes_through_the_queue_and_rescores(app, scorer, settings):
    scorer.down = True
    sent = submit(Draft("home", "Tess", "A kind word"), scorer, at=now() - timedelta(hours=1))
    scorer.down = False
    huey = make_huey(app, settings)
    for job in huey.read_periodic(now().replace(tzinfo=None)):
        huey.enqueue(job)
        huey.execute(huey.dequeue())
    assert (settings.instance / "jobs.sqlite").exists()
    db.session.rollback()
    assert db.session.get_one(Comment, sent.id).status == Status.PUBLISHED


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_the_worker_keeps_how_each_job_went(app, settings, monkeypatch):
    def break_down():
        raise LookupError

    monkeypatch.setattr(jobs, "draw_looks", break_down)
    huey = make_huey(app, settings)
    for job in huey.read_periodic(now().replace(tzinfo=None)):
        huey.enqueue(job)
        huey.execute(huey.dequeue())
    db.session.rollback()
    errors = {run.job: run.error for run in db.session.scalars(select(JobRun))}
    assert errors.pop("break_down") == "LookupError"
    assert len(errors) >= 3
    assert set(errors.values()) == {None}


def test_a_batch_ends_with_the_first_that_the_scorer_does_not_answer(app, scorer):
    """It may hang in that one: the others would lose a try each, and be quarantined with it."""
    scorer.down = True
    hour_ago = now() - timedelta(hours=1)
    numbers = [
        submit(Draft("home", "Tess", text), scorer, at=hour_ago + timedelta(seconds=n)).id
        for n, text in enumerate(["poison", "A kind word", "Another kind word"])
    ]
    scorer.down = False

    class Poisoned(type(scorer)):
        def score(self, texts):
            if "poison" in texts:
                raise ScorerUnavailable("late")
            return super().score(texts)

    app.extensions["scorer"] = Poisoned()
    assert rescore_if_able() == 0
    db.session.rollback()
    assert [db.session.get_one(Comment, n).tries for n in numbers] == [2, 1, 1]
    assert rescore_if_able() == 3, "the one that failed comes last, and is given up"
    db.session.rollback()
    after = [db.session.get_one(Comment, n) for n in numbers]
    assert [each.hold_reason for each in after] == ["quarantined", None, None]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_damaged_queue_is_put_aside_and_the_work_goes_on(app, settings, caplog):
    settings.jobs.write_bytes(b"no database any more" * 400)
    huey = make_huey(app, settings)
    assert huey.read_periodic(now().replace(tzinfo=None))
    assert huey.pending_count() == 0
    assert settings.jobs.with_name("jobs.sqlite.damaged").exists()
    assert "queue_damaged" in caplog.text


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_queue_damaged_as_it_runs_ends_the_worker_so_that_the_next_start_mends_it(
    app, settings, monkeypatch
):
    ended = []
    monkeypatch.setattr(jobs.os, "kill", lambda process, signal: ended.append(signal))
    huey = make_huey(app, settings)
    assert huey.dequeue() is None
    assert ended == []
    huey.storage.close()
    for path in settings.instance.glob("jobs.sqlite*"):
        path.write_bytes(b"no database any more" * 400)
    with pytest.raises(sqlite3.DatabaseError):
        huey.dequeue()
    assert ended == [signal.SIGINT]


def test_the_network_is_let_go_when_nothing_waits_any_more(site, scorer):
    """It takes 40 MB of a server's 1 GiB."""
    loading = site(scorer=None)
    with loading.app_context():
        scorer.down = True
        submit(Draft("home", "Tess", "A kind word"), scorer, at=now() - timedelta(hours=1))
        threads = threading.active_count()
        assert rescore_if_able() == 1
        assert loading.extensions["scorer"] is None
        assert wait_for(lambda: threading.active_count() <= threads)


def wait_for(holds):
    until = time.monotonic() + 10
    while not holds() and time.monotonic() < until:
        time.sleep(0.05)
    return holds()


def test_the_network_is_not_loaded_while_nothing_waits_for_scores(site):
    idle = site(scorer=None)
    with idle.app_context():
        assert rescore_if_able() == 0
        assert current_card() is None


@pytest.mark.redis
def test_with_redis_the_queue_and_the_limits_are_shared(site, settings):
    url = os.environ.get("EVENKEEL_TEST_REDIS")
    if not url:
        pytest.skip("no Redis: set EVENKEEL_TEST_REDIS=redis://…")
    first, second = (site(redis_url=url, try_limit="1 per minute") for _ in range(2))
    assert make_huey(first, replace(settings, redis_url=url)).pending_count() == 0
    address = {"REMOTE_ADDR": str(IPv6Address(uuid.uuid4().bytes))}  # nobody's counts but ours
    answers = [
        app.test_client().post("/try", data={"text": "hello"}, environ_base=address).status_code
        for app in (first, second)
    ]
    assert answers == [200, 429], "the second worker counts what the first one saw"
