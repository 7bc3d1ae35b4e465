"""Backups: made while the site runs, checked, kept by a schedule, and brought back."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from moderation.comments.tables import Comment
from moderation.db import db
from moderation.operations import backup, cli
from moderation.operations.backup import (
    BackupError,
    back_up,
    backups_in,
    drop_old,
    restore,
    to_keep,
    verify,
)
from moderation.operations.contents import Tally
from moderation.operations.drill import contents_at

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def contents_of(path):
    return contents_at(f"sqlite:///{path}")


def texts():
    db.session.rollback()
    return sorted(db.session.scalars(select(Comment.text)))


@pytest.fixture
def run(app):
    def invoke(*words):
        return app.test_cli_runner().invoke(args=list(words))

    return invoke


ON_SQLITE = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("settings", ["postgresql"], indirect=True)


def test_what_was_saved_comes_back(comment, settings, tmp_path):
    comment("A kind word")
    comment("you idiot")
    made = back_up(settings, tmp_path / "backups")
    assert oct(made.path.stat().st_mode)[-3:] == "600"
    comment("sent after the backup")
    db.session.remove()
    db.engine.dispose()
    restore(settings, made.path)
    assert texts() == ["A kind word", "you idiot"]


def test_the_command_writes_and_brings_back(comment, run, tmp_path):
    comment("A kind word")
    made = json.loads(run("backup", "--to", str(tmp_path / "b"), "--json").stdout)
    comment("sent after the backup")
    refused = run("restore", made["file"])
    assert refused.exit_code == 1
    assert "--replace" in refused.output
    assert run("restore", made["file"], "--replace").exit_code == 0
    assert texts() == ["A kind word"]


def test_without_a_folder_it_says_what_to_give(run):
    assert "EVENKEEL_BACKUP_FOLDER" in run("backup").output


def test_a_damaged_backup_is_refused_and_nothing_changes(comment, settings, tmp_path):
    comment("A kind word")
    made = back_up(settings, tmp_path)
    with made.path.open("r+b") as file:
        file.seek(made.bytes // 2)
        file.write(b"\0damage\0")
    with pytest.raises(BackupError, match="damaged"):
        restore(settings, made.path)
    with pytest.raises(BackupError, match="no file"):
        verify(tmp_path / "nothing")
    assert texts() == ["A kind word"]


def test_what_is_no_backup_is_refused(comment, settings, tmp_path):
    comment("A kind word")
    other = tmp_path / "holiday.sqlite"
    other.write_bytes(b"not a database at all" * 100)
    with pytest.raises(BackupError):
        restore(settings, other)
    assert texts() == ["A kind word"]


@ON_SQLITE
def test_what_was_there_is_kept(comment, settings, tmp_path):
    comment("A kind word")
    made = back_up(settings, tmp_path / "b")
    comment("sent after the backup")
    before = contents_of(settings.instance / "evenkeel.sqlite")
    kept = restore(settings, made.path)
    assert contents_of(kept) == before
    assert contents_of(made.path) != before


@ON_SQLITE
def test_a_damaged_database_is_not_saved_and_is_replaced(comment, settings, tmp_path):
    comment("A kind word")
    made = back_up(settings, tmp_path / "b")
    db.session.remove()
    db.engine.dispose()
    live = settings.instance / "evenkeel.sqlite"
    live.write_bytes(b"no database any more" * 1000)
    with pytest.raises(BackupError, match="restore a backup"):
        back_up(settings, tmp_path / "b")
    kept = restore(settings, made.path)
    assert kept.read_bytes().startswith(b"no database")
    assert texts() == ["A kind word"]


def test_a_drill_proves_it(comment, run):
    comment("A kind word")
    told = json.loads(run("backup", "drill", "--json").stdout)
    assert told["same"] is True
    assert told["rows"] > 1
    assert "the same" in run("backup", "drill").output


def test_a_drill_that_fails_says_so(comment, run, monkeypatch):
    comment("A kind word")
    found = ({"comments": Tally(1, 7)}, {"comments": Tally(1, 8)})
    monkeypatch.setattr(cli, "drill", lambda settings: found)
    failed = run("backup", "drill")
    assert failed.exit_code == 1
    assert "differs" in failed.output


def test_a_folder_that_cannot_be_written_is_said_so(comment, settings, tmp_path):
    comment("A kind word")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BackupError, match="cannot be written"):
        back_up(settings, tmp_path / "file")


@ON_POSTGRESQL
def test_without_the_client_of_postgresql_it_says_what_to_install(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(BackupError, match="postgresql-client"):
        back_up(settings, tmp_path)


def test_the_schedule_keeps_days_weeks_and_months():
    nightly = [NOON - timedelta(days=n) for n in range(400)]
    kept = sorted(to_keep(nightly), reverse=True)
    assert kept[:7] == nightly[:7]
    assert len(kept) <= 7 + 4 + 6
    assert NOON - kept[-1] > timedelta(days=120)


@given(st.sets(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), max_size=60))
def test_the_newest_is_always_kept(moments):
    aware = {moment.replace(tzinfo=UTC) for moment in moments}
    kept = to_keep(aware)
    assert kept <= aware
    assert not aware or max(aware) in kept


def test_old_ones_are_dropped_with_their_checksums(tmp_path):
    for n in range(60):
        stamp = (NOON - timedelta(days=n)).strftime(backup.STAMP)
        for name in (f"evenkeel-{stamp}.sqlite", f"evenkeel-{stamp}.sqlite.sha256"):
            (tmp_path / name).write_text("x")
    (tmp_path / "evenkeel-mine.sqlite").write_text("not of the schedule")
    left = len(to_keep([moment for moment, _ in backups_in(tmp_path)]))
    assert drop_old(tmp_path) == 60 - left
    assert len(list(tmp_path.iterdir())) == 2 * left + 1
