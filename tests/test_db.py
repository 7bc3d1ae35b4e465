"""Writing: one transaction at a time, and nowhere else than in `writing()`."""

import multiprocessing
import sqlite3
from datetime import datetime

import pytest
from sqlalchemy import text

from moderation import create_app
from moderation.audit.record import SYSTEM, record
from moderation.audit.tables import Event
from moderation.db import CACHE_KIB, db, now, writing
from moderation.settings import Settings
from tests.fixed_scorer import FixedScorer

ROUNDS = 40


def add_one_many_times(settings: Settings) -> None:
    """Read a number, then write the next one: a lost update or a lock error shows here."""
    app = create_app(settings, FixedScorer())
    with app.app_context():
        for _ in range(ROUNDS):
            with writing() as session:
                lock = " FOR UPDATE" if db.engine.dialect.name == "postgresql" else ""
                n = session.execute(text(f"SELECT n FROM counter{lock}")).scalar_one()
                session.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})


def test_two_processes_that_read_then_write_lose_nothing(app, settings):
    with writing() as session:
        session.execute(text("CREATE TABLE counter (n INTEGER)"))
        session.execute(text("INSERT INTO counter VALUES (0)"))
    spawn = multiprocessing.get_context("spawn")
    racers = [spawn.Process(target=add_one_many_times, args=(settings,)) for _ in range(2)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    assert [racer.exitcode for racer in racers] == [0, 0]
    assert db.session.execute(text("SELECT n FROM counter")).scalar_one() == 2 * ROUNDS


def test_a_write_outside_of_writing_is_refused(app):
    db.session.add(Event(actor_name="x", action="x", subject_type="x", subject_id="1"))
    with pytest.raises(RuntimeError, match="writing"):
        db.session.commit()


def test_an_inner_writing_joins_the_outer_one(app):
    def two_writes_and_a_failure() -> None:
        with writing():
            with writing():
                record("x", SYSTEM, ("test", 1))
            raise ValueError("after the inner one")

    with pytest.raises(ValueError, match="after the inner one"):
        two_writes_and_a_failure()
    assert db.session.query(Event).filter_by(subject_type="test").count() == 0


def test_after_a_failed_writing_the_next_one_works(app):
    with pytest.raises(ValueError, match="x"), writing():
        raise ValueError("x")
    with writing():
        record("x", SYSTEM, ("test", 1))
    assert db.session.query(Event).filter_by(subject_type="test").count() == 1


def test_sqlite_has_its_safeguards_on_and_keeps_little_in_each_connection(app):
    if db.engine.dialect.name != "sqlite":
        return
    pragma = {
        name: db.session.execute(text(f"PRAGMA {name}")).scalar_one()
        for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous", "cache_size")
    }
    assert pragma == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 10_000,
        "synchronous": 2,
        "cache_size": -CACHE_KIB,
    }


def test_a_reader_does_not_wait_for_a_writer(app, settings):
    if db.engine.dialect.name != "sqlite":
        return
    writer = sqlite3.connect(settings.instance / "evenkeel.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert db.session.query(Event).count() >= 0
    writer.rollback()
    writer.close()


def test_moments_come_back_in_utc_and_naive_ones_are_refused(app):
    moment = now()
    with writing():
        record("x", SYSTEM, ("test", 1), at=moment)
    stored = db.session.query(Event).filter_by(subject_type="test").one().at
    assert stored == moment
    assert stored.utcoffset().total_seconds() == 0
    with pytest.raises(Exception, match="time zone"), writing():
        record("x", SYSTEM, ("test", 2), at=datetime(2026, 1, 1))


def test_postgresql_takes_an_index_for_no_dearer_than_it_is_on_flash(app):
    if db.engine.dialect.name != "postgresql":
        return
    assert db.session.scalar(text("SHOW random_page_cost")) == "1.1"
