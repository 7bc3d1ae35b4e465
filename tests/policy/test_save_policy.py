"""A change of the thresholds: a new version, never an altered one, and never over another's."""

import threading
from contextlib import suppress

import pytest
from sqlalchemy import delete, event, func, select

from moderation.audit.record import Actor
from moderation.audit.tables import Event
from moderation.db import db, writing
from moderation.policy.decide import PolicyError, Threshold
from moderation.policy.history import Change, history
from moderation.policy.tables import PolicyVersion
from moderation.policy.versions import (
    PolicyMissing,
    PolicyMoved,
    current_policy,
    current_version,
    ensure_first_policy,
    policy_of,
    save_policy,
)
from moderation.scoring.labels import LABELS

ADA = Actor(1, "Ada")


def thresholds(**changed):
    return {**dict.fromkeys(LABELS, Threshold(0.5)), **changed}


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def test_the_new_version_is_the_one_in_force_and_the_old_one_stays(app):
    save_policy(thresholds(insult=Threshold(0.4, 0.9)), ADA, after=1, note="too mild")
    assert current_policy().version == 2
    assert current_policy().thresholds["insult"] == Threshold(0.4, 0.9)
    assert policy_of(1).thresholds["insult"] == Threshold(0.5)
    row = current_version()
    assert (row.created_by, row.note) == ("Ada", "too mild")


def test_it_leaves_an_audit_event(app):
    save_policy(thresholds(insult=Threshold(0.4)), ADA, after=1, note="too mild")
    stored = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (stored.action, stored.actor_name, stored.actor_id) == ("policy.changed", "Ada", 1)
    assert (stored.subject_type, stored.subject_id) == ("policy", "2")
    assert (stored.before, stored.after, stored.note) == ("1", "2", "too mild")


@pytest.mark.parametrize("after", [0, 2, 7])
def test_a_change_made_from_another_version_is_refused_and_leaves_nothing(app, after):
    events = count(Event)
    with pytest.raises(PolicyMoved):
        save_policy(thresholds(), ADA, after=after)
    assert (count(PolicyVersion), count(Event)) == (1, events)


def test_impossible_thresholds_leave_nothing(app):
    with pytest.raises(PolicyError):
        save_policy(thresholds(insult=Threshold(0.5, 0.4)), ADA, after=1)
    assert count(PolicyVersion) == 1


def test_of_two_who_save_at_once_one_wins_and_the_other_is_told(app):
    start, outcomes = threading.Barrier(2), []

    def save(who):
        with app.app_context():
            start.wait()
            try:
                saved = save_policy(
                    thresholds(insult=Threshold(who / 10)), Actor(who, "x"), after=1
                )
                outcomes.append(saved.version)
            except PolicyMoved:
                outcomes.append("told")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=save, args=(who,)) for who in (3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(map(str, outcomes)) == ["2", "told"]
    assert (count(PolicyVersion), current_policy().version) == (2, 2)
    saved = db.session.scalars(select(Event).where(Event.action == "policy.changed")).all()
    assert [one.after for one in saved] == ["1", "2"]


def test_the_first_policy_is_stored_once_however_many_start_at_once(app):
    with writing() as session:
        session.execute(delete(PolicyVersion))
    events, both, ended = count(Event), threading.Barrier(2), []
    db.session.remove()

    @event.listens_for(PolicyVersion, "before_insert")
    def wait_for_the_other(*_):
        with suppress(threading.BrokenBarrierError):  # on SQLite one waits for the other anyway
            both.wait(1)

    def start():
        with app.app_context():
            ensure_first_policy(dict.fromkeys(LABELS, 0.5), "1")
            ended.append(current_policy().version)
            db.session.remove()

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    event.remove(PolicyVersion, "before_insert", wait_for_the_other)
    assert ended == [1, 1]
    assert (count(PolicyVersion), count(Event)) == (1, events + 1)


def test_the_history_says_what_each_version_changed(app):
    save_policy(thresholds(insult=Threshold(0.4)), ADA, after=1)
    save_policy(thresholds(insult=Threshold(0.4, 0.9), toxic=Threshold(0.6)), ADA, after=2)
    third, second, first = history().rows
    assert third.changes == [
        Change("toxic", "review", 0.5, 0.6),
        Change("insult", "auto_reject", None, 0.9),
    ]
    assert second.changes == [Change("insult", "review", 0.5, 0.4)]
    assert (first.row.version, first.changes) == (1, ())


def test_a_long_history_has_pages(app):
    for version in range(1, 25):
        save_policy(thresholds(insult=Threshold(version / 100)), ADA, after=version)
    newest = history()
    assert [v.row.version for v in newest.rows] == list(range(25, 5, -1))
    assert [v.row.version for v in history(after=newest.next).rows] == [5, 4, 3, 2, 1]


def test_a_version_that_never_was_is_missing(app):
    with pytest.raises(PolicyMissing):
        policy_of(2)
