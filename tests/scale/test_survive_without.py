"""Redis gone, PostgreSQL restarted: what goes on, what waits, and what comes back by itself."""

import logging
import shutil
import subprocess

import psycopg
import pytest
from sqlalchemy.engine import make_url

from moderation.db import db
from moderation.web.limits import limiter
from tests.conftest import POSTGRESQL
from tests.ports import free_port, wait_for

FORM = {"name": "Tess", "text": "A kind word"}
ON_POSTGRESQL = pytest.mark.parametrize("settings", ["postgresql"], indirect=True)


class OwnRedis:
    """A Redis server of the test's own, with a password, that it may kill."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://:pass-word@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--save", "", "--bind", "127.0.0.1"]
        self.process = subprocess.Popen(
            [*command, "--requirepass", "pass-word"], stdout=subprocess.DEVNULL
        )
        wait_for(self.port)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)


@pytest.mark.redis
@pytest.mark.skipif(not shutil.which("redis-server"), reason="no Redis: install redis-server")
@ON_POSTGRESQL
def test_with_redis_gone_the_site_serves_limits_and_says_so(site, caplog, monkeypatch):
    monkeypatch.setattr(limiter, "_storage_dead", False)  # it is one for the whole process
    redis = OwnRedis()
    redis.start()
    try:
        client = site(redis_url=redis.url, comment_limit="2 per minute").test_client()
        assert client.get("/readyz").json["checks"]["redis"] == "answers"
        assert client.post("/", data=FORM).status_code == 303
        redis.kill()
        with caplog.at_level(logging.WARNING):
            codes = [client.post("/", data=FORM | {"text": f"Word {n}"}) for n in range(3)]
        assert [code.status_code for code in codes] == [303, 303, 429]
        assert "falling back to in-memory" in caplog.text
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json["degraded"]) == (200, True)
        assert "away" in ready.json["checks"]["redis"]
        assert "pass-word" not in ready.text
        redis.start()
        assert client.get("/readyz").json["degraded"] is False
    finally:
        redis.kill()


@ON_POSTGRESQL
def test_postgresql_restarted_is_a_clear_503_and_then_all_is_well(app, client, settings):
    name = make_url(settings.database_url).database
    assert client.get("/").status_code == 200
    db.session.remove()
    with psycopg.connect(POSTGRESQL, autocommit=True) as server:
        # What a restart is to a client: its connections end, and no new one is let in.
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        read, sent, ready = client.get("/"), client.post("/", data=FORM), client.get("/readyz")
        assert (read.status_code, sent.status_code, ready.status_code) == (503, 503, 503)
        assert "A kind word" in sent.text, "nobody types it twice"
        assert "psycopg" not in read.text
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert client.get("/readyz").status_code == 200
    assert client.post("/", data=FORM).status_code == 303


@ON_POSTGRESQL
def test_a_connection_that_a_restart_broke_is_replaced_unseen(app, client, settings):
    assert client.get("/").status_code == 200
    db.session.remove()
    with psycopg.connect(POSTGRESQL, autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [make_url(settings.database_url).database],
        )
    assert client.get("/").status_code == 200
