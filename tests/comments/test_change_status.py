"""The one door: which ways there are, and what passing through leaves behind."""

import itertools

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from moderation.audit.record import Actor
from moderation.audit.tables import Event
from moderation.comments.status import NoSuchWay, StatusConflict, change_status, locked
from moderation.comments.tables import Comment, Status
from moderation.db import db, writing

MONA = Actor(1, "Mona")

# (from, to) for a person's decisions; a held comment stays held only for another reason.
OPEN_WAYS = {
    ("held", "published"),
    ("held", "rejected"),
    ("published", "removed"),
    ("removed", "published"),
    ("rejected", "published"),
}


def put(comment, status):
    """Bring a held comment to a status by the door itself."""
    with writing():
        row = locked(comment.id)
        if status == "removed":
            change_status(row, Status.PUBLISHED, MONA)
        if status != "held":
            change_status(row, Status(status), MONA)


def events():
    return db.session.scalars(select(Event).where(Event.actor_id == 1)).all()


@pytest.mark.parametrize(
    ("start", "to"),
    [pair for pair in itertools.product(Status, Status) if pair[0] != pair[1]],
)
def test_only_the_listed_ways_are_open(comment, start, to):
    sent = comment("you idiot")
    put(sent, start)
    before = len(events())
    with writing():
        row = locked(sent.id)
        if (start, to) in OPEN_WAYS:
            assert change_status(row, to, MONA)
        else:
            with pytest.raises(NoSuchWay):
                change_status(row, to, MONA)
    expected = to if (start, to) in OPEN_WAYS else start
    assert db.session.get_one(Comment, sent.id).status == expected
    assert len(events()) - before == ((start, to) in OPEN_WAYS)


def test_nothing_changes_and_nothing_is_logged_the_second_time(comment):
    sent = comment("you idiot")
    put(sent, "rejected")
    count = len(events())
    with writing():
        assert change_status(locked(sent.id), Status.REJECTED, MONA) is None
    assert len(events()) == count


def test_it_refuses_when_the_comment_is_not_where_the_person_saw_it(comment):
    sent = comment("you idiot")
    put(sent, "rejected")
    with pytest.raises(StatusConflict), writing():
        change_status(locked(sent.id), Status.PUBLISHED, MONA, seen=Status.HELD)


def test_the_event_and_the_change_stand_or_fall_together(comment):
    sent = comment("you idiot")
    with pytest.raises(RuntimeError, match="power cut"), writing():
        change_status(locked(sent.id), Status.REJECTED, MONA)
        raise RuntimeError("power cut")
    assert db.session.get_one(Comment, sent.id).status == Status.HELD
    assert events() == []


def test_the_database_itself_refuses_to_publish_the_unscored(comment, scorer):
    scorer.down = True
    sent = comment()
    with pytest.raises(IntegrityError), writing():
        row = locked(sent.id)
        row.status, row.hold_reason = Status.PUBLISHED, None


def test_a_person_may_publish_the_unscored(comment, scorer):
    scorer.down = True
    sent = comment()
    with writing():
        change_status(locked(sent.id), Status.PUBLISHED, MONA)
    assert db.session.get_one(Comment, sent.id).status == Status.PUBLISHED
