"""flask doctor: finds what is wrong, says what to do, and ends with a code."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from moderation.comments.tables import Comment
from moderation.db import db, now, writing
from moderation.operations import doctor, doctor_work
from moderation.operations.backup import back_up
from moderation.operations.doctor import examine
from moderation.operations.findings import Level
from moderation.operations.job_runs import noted
from moderation.operations.tables import JobRun
from tests.conftest import settings_for_tests


@pytest.fixture
def settings(sqlite_template, tmp_path):
    """A site that is well; PostgreSQL has a test of its own below."""
    shutil.copy(sqlite_template, tmp_path / "evenkeel.sqlite")
    return settings_for_tests(
        tmp_path,
        https=True,
        trusted_proxies=1,
        allowed_hosts="comments.example.org",
        backup_folder=str(tmp_path / "backups"),
    )


@pytest.fixture
def well(app, settings):
    """The settings of a site whose worker runs and whose backup is fresh."""
    with noted("sweep"):
        pass
    back_up(settings, settings.instance / "backups")
    return settings


def found(settings, **options):
    return {finding.what: finding for finding in examine(settings, **options)}


def test_of_a_site_that_is_well_nothing_is_to_be_done(well):
    bad = [finding for finding in examine(well) if finding.level != Level.OK]
    assert bad == []


def test_the_command_says_all_is_well_and_ends_with_0(well, app):
    answer = app.test_cli_runner().invoke(args=["doctor"])
    assert answer.exit_code == 0, answer.output
    assert "All is well." in answer.output


def test_it_says_what_to_do_and_ends_with_1(app):
    answer = app.test_cli_runner().invoke(args=["doctor"])
    assert answer.exit_code == 1
    assert "worker: has never run" in answer.output
    assert "→ Start it: flask worker" in answer.output


def test_as_json(app):
    answer = app.test_cli_runner().invoke(args=["doctor", "--json"])
    told = json.loads(answer.stdout)
    assert told["problems"] == sum(f["level"] == "problem" for f in told["findings"]) >= 2


@pytest.mark.parametrize(
    ("changes", "what", "says"),
    [
        ({"https": False}, "https", "EVENKEEL_HTTPS=yes"),
        ({"trusted_proxies": 0}, "https", "EVENKEEL_TRUSTED_PROXIES=1"),
        ({"allowed_hosts": ""}, "hosts", "EVENKEEL_ALLOWED_HOSTS"),
        ({"public_url": "http://c.example.org"}, "public address", "https://"),
        ({"backup_folder": ""}, "backups", "EVENKEEL_BACKUP_FOLDER"),
        ({"backup_folder": "/nowhere"}, "backups", "flask backup"),
        ({"redis_url": "redis://127.0.0.1:1/0"}, "redis", "REDIS_URL"),
    ],
)
def test_each_setting_that_is_unwise_is_named_with_its_remedy(well, changes, what, says):
    finding = found(replace(well, **changes))[what]
    assert finding.level != Level.OK
    assert says in finding.do


def test_a_secret_key_that_others_may_read(well):
    kept = well.instance / "secret_key"
    kept.write_text("k" * 40)
    for mode, level in ((0o600, Level.OK), (0o640, Level.PROBLEM), (0o604, Level.PROBLEM)):
        kept.chmod(mode)
        assert found(replace(well, secret_key=""))["secret key"].level == level


def test_a_database_of_another_release(well):
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert "flask prepare" in found(well)["database"].do


def test_a_model_that_does_not_score(well, scorer):
    scorer.down = True
    assert found(well)["model"].level == Level.PROBLEM


def test_a_worker_that_stands_still_and_a_job_that_fails(well):
    with pytest.raises(LookupError), noted("digest"):
        raise LookupError
    assert "LookupError" in found(well)["job digest"].said
    with writing() as session:
        session.execute(update(JobRun).values(ended_at=now() - timedelta(minutes=6)))
    assert "flask worker" in found(well)["worker"].do


def test_a_damaged_queue_is_named_with_what_to_do(well):
    assert found(well)["queue"].level == Level.OK
    well.jobs.write_bytes(b"no database any more" * 400)
    damaged = found(well)["queue"]
    assert damaged.level == Level.PROBLEM
    assert "restart evenkeel-jobs" in damaged.do


def test_comments_that_the_sites_own_processes_leave_unscored(well, scorer, comment):
    """Their scorers may hang while the doctor's own is well."""
    scorer.down = True
    comment("A kind word")
    scorer.down = False
    assert found(well)["scoring"].level == Level.OK, "a minute is nothing"
    with writing() as session:
        session.execute(update(Comment).values(created_at=now() - timedelta(minutes=6)))
    after = found(well)
    assert (after["model"].level, after["scoring"].level) == (Level.OK, Level.PROBLEM)
    assert "1 wait for a score" in after["scoring"].said
    assert "systemctl reload evenkeel-web" in after["scoring"].do


def test_an_old_backup(well, monkeypatch):
    monkeypatch.setattr(doctor_work, "BACKUP_OLD", timedelta(seconds=-1))
    assert "flask backup" in found(well)["backups"].do


def test_a_full_disk_and_little_memory(well, monkeypatch):
    monkeypatch.setattr(doctor, "LEAST_DISK", 2**60)
    monkeypatch.setattr(doctor, "LEAST_MEMORY", 2**60)
    after = found(well)
    assert (after["disk"].level, after["memory"].level) == (Level.PROBLEM, Level.WARNING)


def test_a_clock_that_was_put_back(well):
    with writing() as session:
        session.execute(update(JobRun).values(ended_at=now() + timedelta(hours=1)))
    assert found(well)["clock"].level == Level.PROBLEM


def test_only_with_the_flag_does_anything_go_out(well, monkeypatch):
    tried = []

    def connect(address, *_):
        tried.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(doctor.socket, "create_connection", connect)
    wired = replace(well, smtp_url="smtp://mail.example.org:2525")
    assert "mail" not in found(wired)
    assert tried == []
    assert "Connection refused" in found(wired, network=True)["mail"].said
    assert tried == [("mail.example.org", 2525)]


def test_what_cannot_be_looked_at_hides_nothing_else(well):
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE job_runs RENAME TO gone"))
    after = found(well)
    assert after["worker"].level == Level.PROBLEM
    assert after["backups"].level == Level.OK
