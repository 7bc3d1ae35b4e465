"""The worker: rescoring when the scorer is back, and messages that are only JSON."""

import json
import os
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
