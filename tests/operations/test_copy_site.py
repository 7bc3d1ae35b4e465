"""A site moves into another database, whole: `flask data copy`."""

import json
import shutil
import sqlite3
import uuid
from contextlib import closing
from datetime import UTC, datetime

import flask_migrate
import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from sqlalchemy import JSON, BigInteger, Boolean, Float, Integer, String, insert, select

from moderation.audit.record import SYSTEM, record
from moderation.comments.search import Part, matching
from moderation.comments.tables import Comment
from moderation.db import UtcDateTime, db, writing
from moderation.operations import copy as copying
from moderation.operations.contents import contents_of, database_at, tables
from moderation.operations.copy import CopyError, copy_site
from moderation.settings import Settings
from moderation.text.storable import REPLACEMENT
from tests.conftest import POSTGRESQL

ON_SQLITE = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture
def elsewhere():
    """The address of an empty database of PostgreSQL's."""
    if not POSTGRESQL:
        pytest.skip("no PostgreSQL: set EVENKEEL_TEST_POSTGRESQL=postgresql://…/postgres")
    name = f"evenkeel_copy_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(POSTGRESQL, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        yield POSTGRESQL.rsplit("/", 1)[0] + "/" + name
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def migrated(elsewhere):
    """The same, with today's tables in it."""
    with database_at(Settings(database_url=elsewhere).database):
        flask_migrate.upgrade()
    return elsewhere


@pytest.fixture
def run(app):
    def invoke(*words):
        return app.test_cli_runner().invoke(args=["data", "copy", *words])

    return invoke


def everything_at(address):
    with database_at(Settings(database_url=address).database) as engine, engine.connect() as there:
        return contents_of(there)


# What conditions ask of some columns; any other value may stand anywhere else.
CONDITIONED = {
    "status": st.just("held"),
    "hold_reason": st.just("score"),
    "role": st.just("viewer"),
    "author_rules.kind": st.just("muted"),
    "effects.kind": st.just("mail"),
    "looks.kind": st.just("second"),
    "comments.policy_version": st.none(),
}
LETTERS = st.characters(exclude_categories=["Cs"])
HOSTILE = st.sampled_from(["'; DROP TABLE comments; --", "\0", "{%s}", "\\x00", "NULL", "é🛶\r\n"])


def any_value(column):
    """Any value that the column can hold, hostile ones among them."""
    kind = column.type
    if isinstance(kind, Boolean):
        found = st.booleans()
    elif isinstance(kind, BigInteger) or (isinstance(kind, Integer) and column.primary_key):
        found = st.integers(1000, 2**31 - 1)
    elif isinstance(kind, Integer):
        found = st.integers(-(2**31), 2**31 - 1)
    elif isinstance(kind, Float):
        found = st.floats(allow_nan=False)
    elif isinstance(kind, UtcDateTime):
        found = st.datetimes(datetime(1, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC))
    elif isinstance(kind, JSON):
        leaves = st.none() | st.booleans() | st.integers() | st.text(LETTERS)
        found = st.recursive(
            leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(LETTERS), inner)
        )
    elif isinstance(kind, String):
        length = kind.length or 300
        hostile = st.sampled_from(
            ["'; DROP TABLE comments; --", "\0", "{%s}", "\\x00", "NULL", "é🛶\r\n"]
        )
        found = (st.text(LETTERS, max_size=length) | hostile).map(lambda value: value[:length])
    else:
        raise AssertionError(f"{column} has a type that this test does not know: {kind!r}")
    return st.none() | found if column.nullable else found


@st.composite
def one_row_of_each(draw):
    """For each table a row, which refers to the rows of the others."""
    rows = {}
    for table in tables():
        row = rows[table.name] = {}
        for column in table.columns:
            full, [*refers] = f"{table.name}.{column.name}", column.foreign_keys
            known = CONDITIONED.get(full, CONDITIONED.get(column.name))
            if known is not None:
                row[column.name] = draw(known)
            elif refers:
                other = refers[0].column
                row[column.name] = rows[other.table.name][other.name]
            else:
                row[column.name] = draw(any_value(column))
    return rows


def without_nul(value):
    return value.replace("\0", REPLACEMENT) if isinstance(value, str) else value


@ON_SQLITE
@given(rows=one_row_of_each())
@effort(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # each try copies a site: it is not worth shrinking
    suppress_health_check=list(HealthCheck),
)
def test_any_row_of_any_table_arrives_as_it_was(app, settings, sqlite_template, migrated, rows):
    folder = settings.instance / uuid.uuid4().hex
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "evenkeel.sqlite")
    with psycopg.connect(migrated, autocommit=True) as server:
        names = ", ".join(table.name for table in tables())
        server.execute(f"TRUNCATE {names} CASCADE")
    target_url = Settings(database_url=migrated).database
    with database_at(Settings(instance=folder).database) as source:
        with source.connect().execution_options(writing=True) as connection, connection.begin():
            for table in tables():
                connection.execute(insert(table), rows[table.name])
        copied = copy_site(source, target_url, progress=lambda *_: None)
    assert all(table.rows for table in copied), "every table was filled"
    with database_at(target_url) as target, target.connect() as found:
        for table in tables():
            arrived = [row._asdict() for row in found.execute(select(table))]
            sent = {name: without_nul(value) for name, value in rows[table.name].items()}
            assert sent in arrived, table.name


def test_there_and_back_again_is_the_same(
    app, comment, moderator, elsewhere, settings, tmp_path, run
):
    comment("You are an idiot")
    comment("A kind word")
    to = elsewhere if db.engine.dialect.name == "sqlite" else f"sqlite:///{tmp_path}/back.sqlite"
    told = json.loads(run("--to", to, "--json").stdout)
    assert told["rows"] > 4
    assert {"comments", "audit_events", "users"} <= {t["name"] for t in told["tables"] if t["rows"]}
    with db.engine.connect() as here:
        assert everything_at(to) == contents_of(here)


@ON_SQLITE
def test_the_site_goes_on_there_with_new_numbers_and_search(app, comment, elsewhere, run, site):
    last = comment("An idiot at the lighthouse").id
    answer = run("--to", elsewhere)
    assert answer.exit_code == 0, answer.output
    assert "the same on both sides" in answer.output
    moved = site(database_url=elsewhere)
    with moved.app_context():
        found = db.session.scalars(select(Comment.id).where(matching("lighthouse", Part.TEXT)))
        assert found.all() == [last]
    sent = moved.test_client().post("/", data={"name": "Tess", "text": "The first one here"})
    assert sent.status_code == 303
    with moved.app_context():
        newest = db.session.scalars(select(Comment).order_by(Comment.id.desc())).first()
        assert (newest.id, newest.text) == (last + 1, "The first one here")


@ON_SQLITE
def test_a_target_with_rows_is_refused_and_stays_as_it_is(app, comment, elsewhere, run):
    comment("A kind word")
    assert run("--to", elsewhere).exit_code == 0
    before = everything_at(elsewhere)
    comment("sent later")
    again = run("--to", elsewhere)
    assert again.exit_code == 1
    assert "empty database" in again.output
    assert everything_at(elsewhere) == before


@ON_SQLITE
def test_what_breaks_off_leaves_the_target_empty(app, comment, elsewhere, run, monkeypatch):
    comment("A kind word")
    whole = copying._copy_table

    def breaks(reading, writing, table, progress):
        if table.name == "verdicts":
            raise CopyError("the line broke")
        return whole(reading, writing, table, progress)

    monkeypatch.setattr(copying, "_copy_table", breaks)
    assert run("--to", elsewhere).exit_code == 1
    assert sum(tally.rows for tally in everything_at(elsewhere).values()) == 0
    monkeypatch.setattr(copying, "_copy_table", whole)
    assert run("--to", elsewhere).exit_code == 0


@ON_SQLITE
def test_a_row_that_arrives_changed_is_found(app, comment, elsewhere, run, monkeypatch):
    comment("A kind word")
    monkeypatch.setattr(copying, "_without_nul", lambda value: value)
    with writing():
        record("x", SYSTEM, ("test", 1), note="a NUL \0 that PostgreSQL refuses")
    refused = run("--to", elsewhere)
    assert refused.exit_code == 1
    assert "A kind word" not in refused.output


@ON_SQLITE
def test_nobody_writes_to_the_site_meanwhile(app, comment, elsewhere, settings):
    comment("A kind word")
    refused = []

    def somebody_writes(name, rows):
        writer = sqlite3.connect(settings.instance / "evenkeel.sqlite", timeout=0.05)
        with closing(writer), pytest.raises(sqlite3.OperationalError, match="locked"):
            writer.execute("BEGIN IMMEDIATE")
        refused.append(name)

    copy_site(db.engine, Settings(database_url=elsewhere).database, progress=somebody_writes)
    assert "comments" in refused


def test_its_own_database_is_no_target(app, run, settings):
    own = settings.database_url or settings.database
    assert "copied from" in run("--to", own).output
    assert "postgresql://" in run("--to", "mysql://x").output
