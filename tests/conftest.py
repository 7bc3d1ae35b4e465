"""The few people, the scorer with known answers, and a fresh database for every test.

Every test that touches the database runs twice: on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import dataclasses
import os
import shutil

# Before TensorFlow, which brings an SQLite without full-text search that takes its place.
import sqlite3  # noqa: F401
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import flask_migrate
import psycopg
import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from jinja2 import BytecodeCache, FileSystemBytecodeCache

from moderation import create_app
from moderation.accounts.tables import User
from moderation.comments.submit import Draft, submit
from moderation.comments.tables import Comment
from moderation.db import db, writing
from moderation.policy.versions import ensure_first_policy
from moderation.scoring.labels import LABELS
from moderation.settings import Settings
from moderation.web.permissions import Role
from tests.fixed_scorer import FixedScorer

POSTGRESQL = os.environ.get("EVENKEEL_TEST_POSTGRESQL", "")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """With EVENKEEL_NO_SKIP=1 a skipped check counts as failed: nothing passes unseen."""
    report = yield
    if (
        os.environ.get("EVENKEEL_NO_SKIP") == "1"
        and report.skipped
        and not hasattr(report, "wasxfail")
    ):
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be: {report.longrepr}"
    return report


def settings_for_tests(instance: Path, **changes: object) -> Settings:
    """Settings for a test, with its own instance folder and limits out of the way."""
    values: dict[str, object] = {
        "instance": instance,
        "secret_key": "only-for-tests-" * 3,
        "comment_limit": "10000 per minute",
        "try_limit": "10000 per minute",
        "log_level": "WARNING",
        **changes,
    }
    return Settings(**values)  # type: ignore[arg-type]


def _prepare() -> None:
    """The real migrations, and a first policy that holds from 0.5 on."""
    flask_migrate.upgrade()
    ensure_first_policy(dict.fromkeys(LABELS, 0.5), FixedScorer.version)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, prepared SQLite file that each test copies."""
    folder = tmp_path_factory.mktemp("template")
    app = create_app(settings_for_tests(folder), FixedScorer())
    with app.app_context():
        _prepare()
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return folder / "evenkeel.sqlite"


@pytest.fixture(scope="session")
def postgresql_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a migrated, prepared PostgreSQL database that each test copies."""
    if not POSTGRESQL:
        pytest.skip("no PostgreSQL: set EVENKEEL_TEST_POSTGRESQL=postgresql://…/postgres")
    name = f"evenkeel_template_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(POSTGRESQL, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        settings = settings_for_tests(tmp_path_factory.mktemp("pg"), database_url=_beside(name))
        app = create_app(settings, FixedScorer())
        with app.app_context():
            _prepare()
            db.session.remove()
            db.engine.dispose()
        yield name
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _beside(name: str) -> str:
    return POSTGRESQL.rsplit("/", 1)[0] + "/" + name


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings that point at a fresh database, on each of the two engines."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        shutil.copy(template, tmp_path / "evenkeel.sqlite")
        yield settings_for_tests(tmp_path)
        return
    template_name: str = request.getfixturevalue("postgresql_template")
    name = f"evenkeel_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(POSTGRESQL, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template_name}"')
        yield settings_for_tests(tmp_path, database_url=_beside(name))
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def scorer() -> FixedScorer:
    """A scorer with known answers: see FixedScorer."""
    return FixedScorer()


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Where templates are kept compiled: each test has an application of its own."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


def _forget_the_last_request() -> None:
    """The context that `app` keeps open would carry one request's person into the next."""
    for name in list(g):
        g.pop(name)


@pytest.fixture
def app(
    settings: Settings, scorer: FixedScorer, compiled_templates: BytecodeCache
) -> Iterator[Flask]:
    """The application on a fresh database, with its context pushed."""
    app = create_app(settings, scorer)
    app.jinja_env.bytecode_cache = compiled_templates
    app.config["WTF_CSRF_ENABLED"] = False  # test_csrf.py turns it on
    app.before_request_funcs[None].insert(0, _forget_the_last_request)
    # Requests share the test's context: without this the second person would be the first.
    app.teardown_request(lambda _: g.pop("_login_user", None) and None)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger."""
    return app.test_client()


@pytest.fixture
def site(settings: Settings, scorer: FixedScorer, app: Flask) -> Iterator[Callable[..., Flask]]:
    """Another application on the same database, with changed settings."""
    made: list[Flask] = []

    def make(*, scorer: FixedScorer | None = scorer, **changes: object) -> Flask:
        other = create_app(dataclasses.replace(settings, **changes), scorer)
        other.config["WTF_CSRF_ENABLED"] = False
        made.append(other)
        return other

    yield make
    for other in made:
        with other.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def make_user(app: Flask) -> Callable[..., User]:
    """Store a person; no password unless one is given."""

    def make(name: str, role: Role, **values: object) -> User:
        with writing() as session:
            user = User(email=f"{name.lower()}@example.org", display_name=name, role=role, **values)
            session.add(user)
        return user

    return make


@pytest.fixture
def viewer(make_user: Callable[..., User]) -> User:
    """Vera reads and never decides."""
    return make_user("Vera", Role.VIEWER)


@pytest.fixture
def moderator(make_user: Callable[..., User]) -> User:
    """Mona decides."""
    return make_user("Mona", Role.MODERATOR)


@pytest.fixture
def admin(make_user: Callable[..., User]) -> User:
    """Ada sets thresholds and invites people."""
    return make_user("Ada", Role.ADMIN)


@pytest.fixture
def signed_in(app: Flask) -> Callable[[User], FlaskClient]:
    """A client with this person's session; the sign-in form has tests of its own."""

    def sign_in(user: User) -> FlaskClient:
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = user.fs_uniquifier
            session["_fresh"] = True
        return client

    return sign_in


@pytest.fixture
def comment(app: Flask, scorer: FixedScorer) -> Callable[..., Comment]:
    """Submit a comment. Words decide: 'idiot' is an insult, 'kill you' a threat."""

    def send(text: str = "A kind word", page: str = "home", author: str = "Tess") -> Comment:
        return submit(Draft(page=page, author_name=author, text=text), scorer)

    return send
