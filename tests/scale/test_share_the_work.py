"""Several machines on one database and one Redis: what is done once is done once."""

import multiprocessing
import os
import uuid
from dataclasses import replace

import pytest
from sqlalchemy import text

from moderation import create_app, jobs
from moderation.cli import prepare_site
from moderation.db import alone, db, now
from moderation.jobs import make_huey
from moderation.redis_pool import redis_pool
from moderation.settings import Settings, SettingsError
from tests.fixed_scorer import FixedScorer

REDIS = os.environ.get("EVENKEEL_TEST_REDIS", "")
NO_REDIS = pytest.mark.skipif(not REDIS, reason="no Redis: set EVENKEEL_TEST_REDIS=redis://…")


def prepare_when_told(settings: Settings, go) -> None:
    app = create_app(settings, FixedScorer())
    with app.app_context():
        go.wait(200)
        prepare_site()
        db.engine.dispose()


def test_two_machines_that_start_at_once_migrate_once(app, settings):
    everything = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
    db.session.remove()
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.execute(text(everything))
    db.engine.dispose()
    (settings.instance / "evenkeel.sqlite").unlink(missing_ok=True)
    spawn = multiprocessing.get_context("spawn")
    go = spawn.Barrier(2)
    starts = [spawn.Process(target=prepare_when_told, args=(settings, go)) for _ in range(2)]
    for start in starts:
        start.start()
    for start in starts:
        start.join(240)
    assert [start.exitcode for start in starts] == [0, 0]
    count = "SELECT count(*) FROM policy_versions"
    assert db.session.scalar(text(count)) == 1


def hold_a_turn(settings: Settings, has_it, let_go) -> None:
    app = create_app(settings, FixedScorer())
    with app.app_context(), alone("work"):
        has_it.set()
        let_go.wait(200)


def test_a_turn_is_one_machines_and_ends_with_its_process(app, settings):
    spawn = multiprocessing.get_context("spawn")
    has_it, let_go = spawn.Event(), spawn.Event()
    other = spawn.Process(target=hold_a_turn, args=(settings, has_it, let_go))
    other.start()
    assert has_it.wait(60)
    with alone("work", wait=False) as ours:
        assert not ours
    with alone("other work", wait=False) as ours:
        assert ours, "another name is another turn"
    other.kill()
    other.join(60)
    with alone("work") as ours:
        assert ours


def test_a_job_that_runs_elsewhere_is_left_to_it(app, settings, monkeypatch):
    ran = []
    monkeypatch.setattr(jobs, "rescore_if_able", named("rescore_if_able", ran))
    huey = make_huey(app, settings)
    [job] = [j for j in huey.read_periodic(now()) if j.name == "rescore_if_able"]
    with alone("rescore_if_able"):
        huey.execute(job)
    assert ran == []
    huey.execute(job)
    assert ran == ["rescore_if_able"]


def named(name, ran):
    def job():
        ran.append(name)

    job.__name__ = name
    return job


@pytest.mark.redis
@NO_REDIS
def test_of_two_workers_one_brings_in_the_jobs_of_a_minute(app, settings, monkeypatch):
    shared = replace(settings, redis_url=REDIS)
    one, two = (make_huey(app, shared) for _ in range(2))
    one.name = two.name = f"test-{uuid.uuid4()}"
    first, second = one.read_periodic(now()), two.read_periodic(now())
    assert {job.name for job in first} >= {"rescore_if_able", "deliver_what_is_due"}
    assert second == []


def test_with_redis_away_jobs_wait(app, settings):
    huey = make_huey(app, replace(settings, redis_url="redis://127.0.0.1:1/0"))
    assert huey.read_periodic(now()) == []


def test_the_machines_must_sign_with_one_key():
    shared = {"DATABASE_URL": "postgresql://u@h/d", "REDIS_URL": "rediss://:word@h:6380/0"}
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        Settings.read(shared)
    assert Settings.read(shared | {"SECRET_KEY": "k" * 32}).redis_url.startswith("rediss")


@pytest.mark.redis
@NO_REDIS
def test_who_signed_in_on_one_machine_is_known_on_the_other(site, moderator, settings):
    one, two = site(redis_url=REDIS), site(redis_url=REDIS)
    here, there = one.test_client(), two.test_client()
    with here.session_transaction() as session:
        session["_user_id"], session["_fresh"] = moderator.fs_uniquifier, True
    there.set_cookie("session", here.get_cookie("session").value)
    assert there.get("/review").status_code == 200


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("rediss://:word@cache.example:6380/0", "SSLConnection"),
        ("unix:///run/redis.sock", "UnixDomainSocketConnection"),
    ],
)
def test_passwords_tls_and_sockets_are_understood(settings, url, kind):
    pool = redis_pool(replace(settings, redis_url=url))
    assert pool.connection_class.__name__ == kind
    assert pool.connection_kwargs["socket_connect_timeout"] < 5
