"""Two real machines behind a real nginx: one is killed while comments are sent. In small what
`script/try-cluster` does at length."""

import os
import shutil
import uuid
from collections import Counter

import psycopg
import pytest

from deploy.cluster.authors import Authors
from deploy.cluster.machines import Machine, Services, wait_for
from tests.conftest import POSTGRESQL
from tests.ports import free_port

REDIS = os.environ.get("EVENKEEL_TEST_REDIS", "")
NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")


@pytest.fixture
def database():
    if not POSTGRESQL:
        pytest.skip("no PostgreSQL: set EVENKEEL_TEST_POSTGRESQL=postgresql://…/postgres")
    name = f"evenkeel_cluster_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(POSTGRESQL, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        yield POSTGRESQL.rsplit("/", 1)[0] + "/" + name
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.redis
@pytest.mark.skipif(not REDIS, reason="no Redis: set EVENKEEL_TEST_REDIS=redis://…")
@pytest.mark.skipif(not NGINX, reason="no nginx: install nginx-light")
def test_a_machine_killed_while_comments_come_in_loses_nothing(database, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin")
    settings = {
        "DATABASE_URL": database,
        "REDIS_URL": REDIS,
        "SECRET_KEY": "one-for-all-machines-" * 2,
        "EVENKEEL_COMMENT_LIMIT": "1000000 per hour",
        "WEB_CONCURRENCY": "1",
    }
    services = Services(tmp_path, free_port())
    machines = [
        Machine(f"machine-{n}", free_port(), tmp_path, os.environ | settings) for n in (1, 2)
    ]
    authors = Authors(services.port, count=2, pause=0.05)
    try:
        for machine in machines:  # at once, on an empty database
            machine.start()
        wait_for("both ready", lambda: all(machine.is_ready() for machine in machines))
        services.balance(machines)
        wait_for("nginx", authors.can_write)
        authors.start()
        wait_for("comments come in", lambda: len(authors.acknowledged) >= 10)
        machines[0].kill()
        at_the_kill = len(authors.acknowledged)
        wait_for("they come in again", lambda: len(authors.acknowledged) >= at_the_kill + 10)
    finally:
        authors.stop()
        for machine in machines:
            machine.kill()
        services.stop()
    with psycopg.connect(database) as connection:
        stored = Counter(text for (text,) in connection.execute("SELECT text FROM comments"))
        [policies] = connection.execute("SELECT count(*) FROM policy_versions").fetchone()
    assert authors.acknowledged <= set(stored), "acknowledged and lost"
    assert max(stored.values()) == 1, "stored twice"
    assert (authors.unanswered, policies) == (set(), 1)
