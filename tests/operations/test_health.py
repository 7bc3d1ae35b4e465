"""/healthz and /readyz: what they say to a load balancer, and that they say no more."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import text

from moderation.comments.tables import Comment
from moderation.db import db, now, writing
from moderation.operations import health


def test_a_healthy_node_is_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "ready": True,
        "degraded": False,
        "checks": {
            "database": "answers",
            "model": "fixed.1",
            "disk": "has room",
            "jobs": "in time",
        },
    }
    assert client.get("/healthz").text == "ok\n"


def test_without_its_tables_it_is_alive_and_not_ready(client, app):
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE policy_versions RENAME TO gone"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["ready"]) == (503, False)
    assert answer.json["checks"]["database"] in ("OperationalError", "ProgrammingError")
    assert "gone" not in answer.text, "no words of the database to strangers"
    assert client.get("/healthz").status_code == 200


def test_a_full_disk_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(health, "LEAST_DISK", 2**60)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "MiB free" in answer.json["checks"]["disk"]


def test_jobs_that_lag_are_told_and_the_node_serves_on(client, comment, scorer):
    scorer.down = True
    sent = comment("A kind word")
    with writing() as session:
        session.get_one(Comment, sent.id).created_at = now() - timedelta(minutes=6)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["checks"]["jobs"]) == (200, "late")
    assert answer.json["degraded"] is True


def test_a_node_that_is_taken_out_says_so_first_and_serves_on(client, settings):
    drain = settings.instance / health.DRAIN
    drain.touch()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["checks"]["drain"]) == (503, "sends away")
    assert client.get("/").status_code == 200
    os.utime(drain, (health.STARTED - 1, health.STARTED - 1))
    assert client.get("/readyz").status_code == 200, "asked of the start before this one"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_load_balancer_asks_without_https(site, path):
    app = site(https=True)
    assert app.test_client().get(path).status_code == 200
    assert app.test_client().get("/").status_code == 302
