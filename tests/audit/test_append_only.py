"""Append-only: the database itself refuses to change or delete what was recorded."""

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DatabaseError

from moderation.audit.record import SYSTEM, record
from moderation.audit.tables import Event
from moderation.db import db, writing

ATTEMPTS = {
    "update by the table": update(Event).values(note="it never happened"),
    "delete by the table": delete(Event),
    "update by hand": text("UPDATE audit_events SET actor_name = 'somebody else'"),
    "delete by hand": text("DELETE FROM audit_events WHERE id > 0"),
    "replace by hand": text("UPDATE audit_events SET after = before WHERE action = 'test.done'"),
}


@pytest.mark.parametrize("statement", ATTEMPTS.values(), ids=ATTEMPTS)
def test_it_refuses(app, statement):
    with writing():
        record("test.done", SYSTEM, ("test", 1), note="it happened")
    count = db.session.scalar(select(func.count()).select_from(Event))
    with pytest.raises(DatabaseError, match="append-only"), writing() as session:
        session.execute(statement)
    assert db.session.scalar(select(func.count()).select_from(Event)) == count
    assert db.session.scalar(select(Event.note).where(Event.action == "test.done")) == "it happened"


def test_an_event_falls_with_the_change_it_records(app):
    def fails():
        with writing():
            record("test.done", SYSTEM, ("test", 1))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fails()
    assert db.session.scalar(select(Event).where(Event.action == "test.done")) is None
