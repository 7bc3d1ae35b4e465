"""The storage under the database: full, held by another, damaged."""

import sqlite3
import time
from contextlib import closing

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from moderation import db as database
from moderation import storage
from moderation.comments.tables import Comment
from moderation.db import current_storage, db, writing
from moderation.operations.damage import Damaged, look_for_damage
from moderation.storage import DatabaseDamaged, DiskFull
from tests.page import read

ON_SQLITE = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
FORM = {"name": "Tess", "text": "A kind word"}
BANNER = "Read-only for now."


def stored():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Comment))


@pytest.fixture
def no_room(monkeypatch):
    """A disk with too little room, until told otherwise."""
    monkeypatch.setattr(storage, "LEAST_FREE", 2**62)
    return lambda: monkeypatch.setattr(storage, "LEAST_FREE", 0)


@ON_SQLITE
def test_a_full_disk_is_said_on_every_page(client, moderator, signed_in, no_room):
    desk = signed_in(moderator)
    pages = [client.get("/"), client.get("/login"), client.get("/nowhere"), desk.get("/review")]
    assert [BANNER in page.text for page in pages] == [True] * 4
    assert [page.status_code for page in pages] == [200, 200, 404, 200]
    no_room()
    assert BANNER not in client.get("/").text


@ON_SQLITE
def test_what_is_written_on_a_full_disk_comes_back_and_can_be_sent_once_there_is_room(
    client, no_room
):
    refused = client.post("/", data=FORM)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "120")
    assert "disk is full" in read(refused).main
    assert "A kind word" in refused.text
    assert stored() == 0
    no_room()
    assert client.post("/", data=FORM).status_code == 303
    assert stored() == 1


@ON_SQLITE
def test_a_decision_on_a_full_disk_changes_nothing_and_says_why(
    comment, moderator, signed_in, no_room, monkeypatch
):
    no_room()
    held = comment("you idiot")
    monkeypatch.setattr(storage, "LEAST_FREE", 2**62)
    answer = signed_in(moderator).post(
        f"/review/{held.id}/decide", data={"to": "rejected", "seen": "held"}
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "120")
    page = read(answer)
    assert page.one("h1").text == "Read-only for now"
    assert "Nothing was changed" in page.main
    db.session.rollback()
    assert db.session.get_one(Comment, held.id).status == "held"


@ON_SQLITE
def test_a_database_that_may_not_grow_refuses_and_recovers(client, app):
    """What SQLite itself says on a full disk, where the disk looks free to us: a quota."""
    pages = db.session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
    db.session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    db.session.rollback()
    answers = [client.post("/", data={**FORM, "text": f"{n} {'long ' * 1500}"}) for n in range(9)]
    refused = [answer for answer in answers if answer.status_code == 503]
    assert refused
    assert "disk is full" in read(refused[0]).main
    assert current_storage().is_full()
    assert stored() == sum(answer.status_code == 303 for answer in answers)
    db.session.connection().exec_driver_sql("PRAGMA max_page_count = 1000000")
    db.session.rollback()
    assert client.post("/", data=FORM).status_code == 303


@ON_SQLITE
def test_with_the_database_held_by_another_pages_are_read_and_comments_refused_in_time(
    app, client, moderator, signed_in, settings, monkeypatch
):
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 100)
    desk = signed_in(moderator)
    with closing(
        sqlite3.connect(settings.instance / "evenkeel.sqlite", isolation_level=None)
    ) as it:
        it.execute("BEGIN IMMEDIATE")
        assert client.get("/").status_code == 200
        started = time.monotonic()
        assert desk.get("/review").status_code == 200, "to note a presence is not waited for"
        assert time.monotonic() - started < 8
        refused = client.post("/", data=FORM)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
        assert "Nothing is lost" in read(refused).main
        it.execute("ROLLBACK")
    assert stored() == 0
    assert client.post("/", data=FORM).status_code == 303


@ON_SQLITE
def test_not_every_thread_waits_for_a_held_database(app, monkeypatch):
    monkeypatch.setattr(database, "TURN_SECONDS", 0.01)
    taken = [database._turns.__enter__() for _ in range(database.WAITING_WRITERS)]
    try:
        with pytest.raises(OperationalError), writing():
            pass
    finally:
        for _ in taken:
            database._turns.__exit__()
    with writing():
        pass


def spoil(path, *, at):
    """Write over a part of a file."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xff" * 8192)


@ON_SQLITE
def test_a_damaged_database_is_refused_at_the_start_with_what_to_do(app, settings, comment):
    comment("A kind word")
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.session.remove()
    db.engine.dispose()
    path = settings.instance / "evenkeel.sqlite"
    assert look_for_damage(path) is True
    assert look_for_damage(path, seconds=-1) in (True, False), "a start never waits for long"
    spoil(path, at=4096 * 3)
    with pytest.raises(Damaged, match="flask restore"):
        look_for_damage(path)
    refused = app.test_cli_runner().invoke(args=["prepare"])
    assert refused.exit_code == 1
    assert "is damaged" in refused.output
    assert "flask restore FILE" in refused.output


@ON_SQLITE
def test_a_database_damaged_as_it_runs_is_told_by_readyz(app, client, settings):
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.session.remove()
    db.engine.dispose()
    path = settings.instance / "evenkeel.sqlite"
    path.write_bytes(b"no database any more" * 4000)
    answer = client.get("/")
    assert answer.status_code == 503
    assert "backup has to be brought back" in read(answer).main
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json["checks"]["database"] in ("damaged", "DatabaseDamaged")


def test_both_are_told_apart_on_postgresql_too(app):
    class Refused(Exception):
        def __init__(self, sqlstate):
            self.sqlstate = sqlstate

    codes = {"53100": DiskFull, "XX001": DatabaseDamaged, "XX002": DatabaseDamaged}
    for code, kind in codes.items():
        assert (code in storage._FULL, code in storage._DAMAGED) == (
            kind is DiskFull,
            kind is DatabaseDamaged,
        )
        assert storage._code_of(Refused(code)) == code
