"""The clock is put back: order, waiting, sign-in and sessions go on."""

from datetime import timedelta

import pytest

from moderation.accounts import throttle
from moderation.accounts.tables import SignInTries
from moderation.accounts.throttle import MustWait, reserve_try
from moderation.audit.record import Actor, record
from moderation.audit.trail import TrailFilter, events_about, last_event_about, page_of_trail
from moderation.comments.submit import Draft, rescore, submit
from moderation.comments.tables import Comment, Status
from moderation.db import db, now, writing
from moderation.integrations import deliver
from moderation.outbox.promise import promise
from moderation.outbox.tables import Effect, Kind

A_DAY = timedelta(days=1)


def test_the_trail_keeps_the_order_of_its_writing(app):
    for at, who in ((now() + A_DAY, "First"), (now(), "Second"), (now() - A_DAY, "Third")):
        with writing():
            record("comment.status", Actor(1, who), ("comment", 7), at=at)
    assert [event.actor_name for event in events_about("comment", 7)] == [
        "First", "Second", "Third",
    ]  # fmt: skip
    latest = last_event_about("comment", 7, action="comment.status")
    assert latest.actor_name == "Third"
    newest = page_of_trail(TrailFilter(comment=7)).rows[0]
    assert newest.actor_name == "Third"


def test_a_comment_left_unscored_by_a_clock_of_the_future_is_scored(app, scorer):
    scorer.down = True
    sent = submit(Draft("home", "Tess", "A kind word"), scorer, at=now() + A_DAY)
    scorer.down = False
    assert rescore(scorer) == 1
    assert db.session.get_one(Comment, sent.id).status == Status.PUBLISHED


def test_what_was_promised_by_a_clock_of_the_future_leaves(app, settings, comment, monkeypatch):
    sent = comment("A kind word")
    with writing():
        event = record("comment.status", Actor(1, "Mona"), ("comment", sent.id))
        promise(event, sent.id, [Kind.MAIL], now() + A_DAY)
        later = record("comment.status", Actor(1, "Mona"), ("comment", sent.id))
        promise(later, sent.id, [Kind.MAIL], now() + timedelta(seconds=30))
    gone = []
    monkeypatch.setattr(deliver, "_send", lambda effect, _: gone.append(effect.event_id))
    deliver.deliver_due(settings)
    assert len(gone) == 1, "what is still to be undone waits, what no clock can mean does not"
    waiting = db.session.query(Effect).filter(Effect.sent_at.is_(None)).one()
    assert waiting.event_id not in gone


def test_nobody_waits_for_tries_counted_in_the_future(app, monkeypatch):
    real = throttle.now
    monkeypatch.setattr(throttle, "now", lambda: real() + A_DAY)
    for _ in range(3):
        reserve_try("ana@example.org", tries=3, wait=900)
    monkeypatch.setattr(throttle, "now", real)
    assert reserve_try("ana@example.org", tries=3, wait=900) == 1
    monkeypatch.setattr(throttle, "now", lambda: real() - timedelta(seconds=60))
    for _ in range(2):
        reserve_try("ana@example.org", tries=3, wait=900)
    with pytest.raises(MustWait):  # a clock a little behind forgives nothing
        reserve_try("ana@example.org", tries=3, wait=900)
    assert db.session.query(SignInTries).count() == 1
