"""Two people, or two clicks, at the very same moment: nothing is done twice, nobody waits for ever.

On PostgreSQL both are in their transactions at once; on SQLite the second waits for the first.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from moderation.audit.trail import events_about
from moderation.comments.status import StatusConflict
from moderation.comments.tables import Comment, Status
from moderation.db import db
from moderation.review.decide import Judgement, decide, decide_all
from moderation.review.undo import undo
from moderation.web.permissions import Role

REJECT, APPROVE = Judgement(Status.REJECTED), Judgement(Status.PUBLISHED)
ATTEMPTS = pytest.mark.parametrize("attempt", range(3))


@pytest.fixture
def mona(moderator):
    return moderator.actor


@pytest.fixture
def paul(make_user):
    return make_user("Paul", Role.MODERATOR).actor


@pytest.fixture
def at_once(app):
    """Call functions in threads that start together; what each returned or raised."""

    def run(*calls):
        start = threading.Barrier(len(calls))

        def one(call):
            with app.app_context():  # a context and a connection of its own, as in another worker
                try:
                    start.wait(timeout=10)
                    return call()
                except (LookupError, StatusConflict) as refusal:
                    return refusal
                finally:
                    db.session.remove()

        db.session.rollback()
        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(one, calls))

    return run


def statuses(comments):
    db.session.rollback()
    return [db.session.get_one(Comment, comment.id).status for comment in comments]


def decisions_on(comment):
    """The events by people, by the status that each led to."""
    return [event.after for event in events_about("comment", comment.id) if event.actor_id]


@ATTEMPTS
def test_two_clicks_on_undo_take_back_once(comment, mona, at_once, attempt):
    sent = [comment(f"idiot number {n}") for n in range(3)]
    action = decide_all({c.id: Status.HELD for c in sent}, REJECT, mona).action_id
    answers = at_once(lambda: undo(action, mona), lambda: undo(action, mona))
    assert [type(answer) for answer in answers].count(LookupError) == 1
    assert statuses(sent) == ["held"] * 3
    assert [decisions_on(c) for c in sent] == [["rejected", "held (score)"]] * 3


@ATTEMPTS
def test_an_undo_and_a_colleague_come_one_after_the_other(comment, mona, paul, at_once, attempt):
    sent = comment("you idiot")
    action = decide(sent.id, REJECT, mona, seen=Status.HELD)
    undone, by_paul = at_once(
        lambda: undo(action, mona), lambda: decide(sent.id, APPROVE, paul, seen=Status.REJECTED)
    )
    if isinstance(by_paul, StatusConflict):
        assert undone.back == [sent.id]
        assert statuses([sent]) == ["held"]
    else:
        assert undone.left == [sent.id]
        assert statuses([sent]) == ["published"]
    assert len(decisions_on(sent)) == 2


@ATTEMPTS
def test_two_choices_of_many_that_overlap_decide_each_comment_once(
    comment, mona, paul, at_once, attempt
):
    sent = [comment(f"idiot number {n}") for n in range(12)]
    seen = {c.id: Status.HELD for c in sent}
    backwards = dict(reversed(seen.items()))
    of_mona, of_paul = at_once(
        lambda: decide_all(seen, REJECT, mona), lambda: decide_all(backwards, APPROVE, paul)
    )
    assert sorted([*of_mona.done, *of_paul.done]) == sorted(seen)
    assert not set(of_mona.done) & set(of_paul.done)
    assert all(len(decisions_on(c)) == 1 for c in sent)


@ATTEMPTS
def test_two_undos_of_overlapping_actions_leave_one_story(comment, mona, paul, at_once, attempt):
    sent = [comment(f"idiot number {n}") for n in range(6)]
    first = decide_all({c.id: Status.HELD for c in sent}, REJECT, mona).action_id
    second = decide_all({c.id: Status.REJECTED for c in sent[3:]}, APPROVE, paul).action_id
    of_mona, of_paul = at_once(lambda: undo(first, mona), lambda: undo(second, paul))
    assert of_paul.back == [c.id for c in sent[3:]]
    assert sorted([*of_mona.back, *of_mona.left]) == [c.id for c in sent]
    overtaken = "rejected" if of_mona.left else "held"
    assert statuses(sent) == ["held"] * 3 + [overtaken] * 3
