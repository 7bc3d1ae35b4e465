"""Migrations: up, down, and the tables that the code expects."""

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from moderation.audit.record import SYSTEM, record
from moderation.cli import prepare_site
from moderation.db import db, writing


def not_of_search(_object, name, *_):
    """Search keeps its words in objects that SQLAlchemy has no words for: version 0003."""
    return not (name or "").startswith(("comments_text", "ix_comments_words"))


def test_the_head_holds_exactly_the_tables_of_the_code(app):
    with db.engine.connect() as connection:
        opts = {"compare_type": True, "include_object": not_of_search}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, db.metadata) == []


def test_all_the_way_down_and_up_again(app):
    flask_migrate.downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    flask_migrate.upgrade()
    assert set(inspect(db.engine).get_table_names()) >= set(db.metadata.tables)


def test_a_release_that_is_older_than_the_database_starts_and_leaves_it_alone(app, comment):
    comment("A kind word")
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    prepare_site()
    with db.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == "9999"
    assert app.test_client().get("/p/home").status_code == 200


@pytest.mark.parametrize(
    "change", ["UPDATE audit_events SET note = 'x'", "DELETE FROM audit_events"]
)
def test_the_audit_trail_refuses_to_be_altered(app, change):
    with writing():
        record("x", SYSTEM, ("test", 1))
    with pytest.raises(DatabaseError, match="append-only"), writing() as session:
        session.execute(text(change))


def test_a_site_of_the_release_before_keeps_its_comments_and_its_conditions(app, comment):
    comment("You are an idiot")
    db.session.rollback()
    flask_migrate.downgrade(revision="0001")
    flask_migrate.upgrade()
    row = db.session.execute(
        text("SELECT text, hold_reason, due_at < created_at, reports FROM comments")
    ).one()
    assert tuple(row) == ("You are an idiot", "score", True, 0)
    db.session.rollback()
    for broken in ("status = 'published', toxic = NULL", "hold_reason = 'mood'", "status = 'gone'"):
        with pytest.raises(DatabaseError), writing() as session:
            session.execute(text(f"UPDATE comments SET {broken}"))
