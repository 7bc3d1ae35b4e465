"""/metrics: for who has the token, over all processes, and all of it documented."""

import itertools
import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from moderation import metrics
from moderation.db import db, now, writing
from moderation.integrations import deliver, webhook
from moderation.operations import site_figures
from moderation.operations.job_runs import noted
from moderation.outbox.tables import Effect
from moderation.scoring.counted import Counted
from moderation.scoring.scorer import ScorerUnavailable
from moderation.settings import ROOT

PLACES = itertools.count(100)  # each test is another process to the counters
TOKEN = "only-for-tests-" * 2


@pytest.fixture
def prometheus(site, settings, monkeypatch):
    """Somebody who may read the figures, with this process counting."""
    monkeypatch.setattr(site_figures, "CACHED", 0)
    client = site(metrics_token=TOKEN).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
    metrics.count_into(settings.metrics, server=os.getpid(), place=next(PLACES))
    yield client
    metrics.stop_counting()


@pytest.fixture
def uncounted():
    """Nothing is counted afterwards."""
    yield
    metrics.stop_counting()


def figures(client):
    """(name, labels) of every sample, with its value."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.parametrize("sent", [None, "Bearer ", "Bearer wrong", TOKEN, f"Basic {TOKEN}", "ü"])
def test_without_the_token_nobody_reads_them(site, sent):
    headers = {"Authorization": sent.encode().decode("latin-1")} if sent else {}
    answer = site(metrics_token=TOKEN).test_client().get("/metrics", headers=headers)
    assert answer.status_code == 403
    assert "evenkeel_" not in answer.text


@pytest.mark.parametrize("sent", [None, "Bearer ", "Bearer None"])
def test_where_none_is_set_nobody_reads_them_from_whatever_address(client, sent):
    headers = {"Authorization": sent} if sent else {}
    assert client.get("/metrics", headers=headers).status_code == 403


def test_requests_are_counted_by_route_and_status(prometheus):
    before = figures(prometheus)
    prometheus.get("/p/bikes")
    prometheus.get("/p/trams")
    prometheus.get("/nowhere-7f3a")
    prometheus.open("/", method="BREW")
    after = figures(prometheus)
    key = ("evenkeel_http_requests_total", "/p/<page:key>", "200", "GET")
    assert after[key] - before.get(key, 0) == 2
    assert ("evenkeel_http_request_duration_seconds_count", "-", "4xx") in after
    assert not [key for key in after if "BREW" in str(key) or "7f3a" in str(key)]


def test_scores_and_what_became_of_comments_are_counted(prometheus, comment, scorer):
    counted = Counted(scorer)
    counted.score(["A kind word", "xyzzy"])
    scorer.down = True
    with pytest.raises(ScorerUnavailable):
        counted.score(["A kind word"])
    scorer.down = False
    comment("A kind word")
    comment("you idiot")
    after = figures(prometheus)
    assert after["evenkeel_scored_texts_total", "scored"] == 1
    assert after["evenkeel_scored_texts_total", "unreadable"] == 1
    assert after["evenkeel_scored_texts_total", "failed"] == 1
    assert after["evenkeel_scoring_duration_seconds_count", "failed"] == 1
    assert after["evenkeel_judged_comments_total", "none", "published"] == 1
    assert after["evenkeel_judged_comments_total", "held", "score"] == 1


def test_the_queue_tells_how_many_wait_and_for_how_long(prometheus, comment):
    waiting = comment("you idiot")
    with writing():
        db.session.merge(waiting)
        db.session.execute(text("UPDATE comments SET created_at = due_at"))
        db.session.execute(
            text("UPDATE comments SET created_at = :then, due_at = :then"),
            {"then": (now() - timedelta(hours=2)).replace(tzinfo=None)},
        )
    found = figures(prometheus)
    assert found["evenkeel_queue_comments", "score"] == 1
    assert found["evenkeel_queue_comments", "unscored"] == 0
    assert 7000 < found["evenkeel_queue_oldest_age_seconds", "score"] < 7400
    assert found["evenkeel_queue_overdue_comments",] == 1


def test_jobs_tell_their_last_run_and_their_failures(prometheus):
    with noted("sweep"):
        pass
    with pytest.raises(ValueError, match="no"), noted("sweep"):
        raise ValueError("no")
    found = figures(prometheus)
    assert found["evenkeel_job_runs_total", "sweep"] == 2
    assert found["evenkeel_job_failures_total", "sweep"] == 1
    ended = found["evenkeel_job_last_run_timestamp_seconds", "sweep"]
    assert now().timestamp() - ended < 60
    assert ended >= found["evenkeel_job_last_success_timestamp_seconds", "sweep"]


def test_a_database_that_is_away_is_told_as_such(prometheus):
    assert figures(prometheus)["evenkeel_database_up",] == 1
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE job_runs RENAME TO gone"))
    found = figures(prometheus)
    assert found["evenkeel_database_up",] == 0
    assert found["evenkeel_disk_free_bytes",] > 0


def test_what_asks_the_database_is_asked_every_ten_seconds_at_most(site, comment):
    client = site(metrics_token=TOKEN).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
    assert figures(client)["evenkeel_queue_comments", "score"] == 0
    comment("you idiot")
    assert figures(client)["evenkeel_queue_comments", "score"] == 0


def count_as(folder, server, place):
    """Count one text as that process would: what is kept of its figures is in its file alone."""
    metrics.count_into(folder, server=server, place=place)
    metrics.count(metrics.scored_texts, "scored")


def test_the_figures_of_every_process_are_added_up_and_a_recycled_one_goes_on(prometheus, settings):
    here, one, other = os.getpid(), next(PLACES), next(PLACES)
    for place in (one, other, one, one):
        count_as(settings.metrics, here, place)
    assert figures(prometheus)["evenkeel_scored_texts_total", "scored"] == 4
    files = {path.name for path in settings.metrics.glob("counter_*.db")}
    assert files >= {f"counter_{here}-{place}.db" for place in (one, other)}


def test_the_files_of_a_server_that_is_gone_are_removed_at_the_next_start(tmp_path, uncounted):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    count_as(tmp_path, gone.pid, 1)
    count_as(tmp_path, os.getppid(), 1)
    metrics.forget_the_dead(tmp_path)
    assert {path.stem for path in tmp_path.iterdir()} == {
        f"{kind}_{os.getppid()}-1" for kind in ("counter", "histogram")
    }


def test_their_room_is_taken_before_so_that_a_full_disk_kills_nobody(tmp_path, uncounted):
    count_as(tmp_path, os.getpid(), 1)
    for path in tmp_path.iterdir():
        assert path.stat().st_blocks * 512 >= metrics.ROOM


def test_every_figure_stands_in_the_docs_and_no_other(prometheus, settings, tmp_path, site):
    (tmp_path / "evenkeel-20260101T000000Z.sqlite").touch()
    told = {
        family.name
        for family in site_figures.SiteFigures(
            type(settings)(instance=tmp_path, backup_folder=str(tmp_path))
        ).collect()
    }
    told |= {counter.describe()[0].name for counter in metrics.COUNTED}
    documented = re.findall(r"^\| `(evenkeel_\w+)`", (ROOT / "docs/metrics.md").read_text(), re.M)
    assert {name.removesuffix("_total") for name in documented} == told


def test_deliveries_are_counted(prometheus, monkeypatch, comment):
    from moderation.audit.tables import Event

    sent = comment("you idiot")
    event = db.session.query(Event).first()
    with writing() as session:
        session.add(Effect(kind="webhook", event_id=event.id, comment_id=sent.id, due_at=now()))

    def refuse(*_):
        raise webhook.NotTaken("no")

    monkeypatch.setattr(deliver, "_send", refuse)
    deliver.deliver_due(None)
    found = figures(prometheus)
    assert found["evenkeel_deliveries_total", "failed", "webhook"] == 1
    assert found["evenkeel_outbox_pending", "webhook"] == 1
