"""Undo: the last action goes back exactly where it came from, unless somebody decided since."""

import dataclasses

import pytest
from sqlalchemy import select

from moderation.audit.trail import events_about
from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db, now, writing
from moderation.outbox.tables import Effect
from moderation.review.decide import Judgement, decide, decide_all, escalate
from moderation.review.tables import Verdict
from moderation.review.undo import last_action_of, undo
from moderation.web.context import KEY
from moderation.web.permissions import Role
from tests.page import read

REJECT, APPROVE = Judgement(Status.REJECTED), Judgement(Status.PUBLISHED)


def standing(comment_id):
    db.session.rollback()
    comment = db.session.get_one(Comment, comment_id)
    return comment.status, comment.hold_reason


@pytest.fixture
def mona(moderator):
    return moderator.actor


@pytest.mark.parametrize("to", [Status.REJECTED, Status.PUBLISHED])
def test_a_decision_goes_back_to_its_status_and_reason(comment, mona, to):
    sent = comment("you idiot")
    action = decide(sent.id, Judgement(to), mona, seen=Status.HELD)
    assert undo(action, mona).back == [sent.id]
    assert standing(sent.id) == ("held", "score")
    events = [event.after for event in events_about("comment", sent.id)]
    assert events[-2:] == [to, "held (score)"], "nothing is deleted: both stand in the trail"


def test_an_escalation_goes_back_too(comment, mona):
    sent = comment("you idiot")
    undo(escalate(sent.id, mona, seen=Status.HELD), mona)
    assert standing(sent.id) == ("held", HoldReason.SCORE)


def test_a_removed_comment_that_was_reported_is_reported_again(comment, mona):
    sent = comment()
    db.session.rollback()
    with_reports(sent.id, 3)
    action = decide(sent.id, Judgement(Status.REMOVED), mona, seen=Status.PUBLISHED)
    undo(action, mona)
    assert standing(sent.id)[0] == "published"
    assert db.session.get_one(Comment, sent.id).reports == 3


def test_keeping_settles_the_reports_and_an_undo_brings_them_back(comment, mona):
    sent = comment()
    with_reports(sent.id, 2)
    action = decide(sent.id, APPROVE, mona, seen=Status.PUBLISHED)
    db.session.rollback()
    assert db.session.get_one(Comment, sent.id).reports == 0
    undo(action, mona)
    db.session.rollback()
    assert db.session.get_one(Comment, sent.id).reports == 2


def with_reports(comment_id, count):
    with writing() as session:
        session.get_one(Comment, comment_id).reports = count


def test_reports_that_came_since_are_not_lost(comment, mona):
    sent = comment()
    with_reports(sent.id, 3)
    action = decide(sent.id, APPROVE, mona, seen=Status.PUBLISHED)
    with_reports(sent.id, 1)
    undo(action, mona)
    db.session.rollback()
    assert db.session.get_one(Comment, sent.id).reports == 4


def test_undo_after_undo_walks_back_through_one_comment(comment, mona, moderator):
    sent = comment("you idiot")
    decide(sent.id, REJECT, mona, seen=Status.HELD)
    decide(sent.id, APPROVE, mona, seen=Status.REJECTED)
    for expected in (("rejected", None), ("held", "score")):
        assert undo(last_action_of(moderator.id).id, mona).back == [sent.id]
        assert standing(sent.id) == expected


def test_what_a_colleague_decided_and_took_back_stands_in_nobodys_way(comment, mona, make_user):
    paul = make_user("Paul", Role.MODERATOR).actor
    sent = comment("you idiot")
    action = decide(sent.id, REJECT, mona, seen=Status.HELD)
    undo(decide(sent.id, APPROVE, paul, seen=Status.REJECTED), paul)
    assert undo(action, mona).back == [sent.id]
    assert standing(sent.id) == ("held", "score")


@pytest.mark.parametrize("approved", [False, True])
def test_whether_a_person_had_published_it_comes_back_too(comment, mona, approved):
    """A removal taken back is no approval: what a policy would have done is counted by that."""
    sent = comment("you idiot" if approved else "A kind word")
    if approved:
        decide(sent.id, APPROVE, mona, seen=Status.HELD)
    undo(decide(sent.id, Judgement(Status.REMOVED), mona, seen=Status.PUBLISHED), mona)
    assert standing(sent.id) == ("published", None)
    assert db.session.get_one(Comment, sent.id).published_by_hand is approved


def test_what_somebody_decided_since_stays(comment, mona, make_user):
    paul = make_user("Paul", Role.MODERATOR).actor
    one, other = comment("you idiot"), comment("what an idiot")
    seen = dict.fromkeys((one.id, other.id), Status.HELD)
    action = decide_all(seen, REJECT, mona).action_id
    decide(one.id, APPROVE, paul, seen=Status.REJECTED)
    undone = undo(action, mona)
    assert (undone.back, undone.left) == ([other.id], [one.id])
    assert standing(one.id) == ("published", None)


def test_the_same_status_by_another_persons_decision_is_not_taken_back(comment, mona, make_user):
    paul = make_user("Paul", Role.MODERATOR).actor
    sent = comment("you idiot")
    action = decide(sent.id, APPROVE, mona, seen=Status.HELD)
    decide(sent.id, Judgement(Status.REMOVED), paul, seen=Status.PUBLISHED)
    decide(sent.id, APPROVE, paul, seen=Status.REMOVED)
    assert undo(action, mona).left == [sent.id]
    assert standing(sent.id) == ("published", None)


def test_a_second_undo_takes_back_the_action_before(comment, mona, moderator):
    first, second = comment("you idiot"), comment("what an idiot")
    for sent in (first, second):
        decide(sent.id, REJECT, mona, seen=Status.HELD)
    for expected in (second, first):
        assert undo(last_action_of(moderator.id).id, mona).back == [expected.id]
    assert last_action_of(moderator.id) is None


def test_nobody_undoes_for_another(comment, mona, admin):
    sent = comment("you idiot")
    action = decide(sent.id, REJECT, mona, seen=Status.HELD)
    for who, number in ((admin.actor, action), (mona, 999)):
        with pytest.raises(LookupError):
            undo(number, who)
    undo(action, mona)
    with pytest.raises(LookupError):
        undo(action, mona)


@pytest.fixture
def with_webhook(app):
    settings = app.config[KEY]
    app.config[KEY] = dataclasses.replace(
        settings, webhook_url="https://example.org/hook", webhook_secret="x" * 24
    )


def effects():
    db.session.rollback()
    return db.session.scalars(select(Effect).order_by(Effect.id)).all()


def test_an_effect_that_waits_is_cancelled_and_the_undo_itself_says_nothing(
    with_webhook, comment, mona
):
    sent = comment("you idiot")
    action = decide(sent.id, REJECT, mona, seen=Status.HELD)
    undo(action, mona)
    of_system, of_mona = effects()
    assert of_system.cancelled_at is None
    assert of_mona.cancelled_at is not None
    assert of_mona.due_at > of_mona.made_at


def test_an_effect_that_has_left_is_followed_by_another(with_webhook, comment, mona):
    sent = comment("you idiot")
    action = decide(sent.id, REJECT, mona, seen=Status.HELD)
    with writing() as session:
        session.get_one(Effect, effects()[-1].id).sent_at = now()
    undo(action, mona)
    assert len(effects()) == 3


def test_a_verdict_that_is_left_still_stands_and_is_still_told(
    with_webhook, comment, mona, make_user
):
    paul = make_user("Paul", Role.MODERATOR).actor
    sent = comment("you idiot")
    action = decide(sent.id, REJECT, mona, seen=Status.HELD)
    by_paul = decide(sent.id, APPROVE, paul, seen=Status.REJECTED)
    assert undo(action, mona).left == [sent.id]
    undo(by_paul, paul)
    assert standing(sent.id) == ("rejected", None)
    assert [effect.cancelled_at is None for effect in effects()] == [True, True, False]
    of_mona, of_paul = db.session.scalars(select(Verdict).order_by(Verdict.id)).all()
    assert of_mona.undone_at is None, "it is what the comment stands by"
    assert of_paul.undone_at is not None


def test_closing_the_tab_loses_nothing_the_button_is_there_at_the_next_visit(
    comment, moderator, signed_in
):
    sent = comment("you idiot")
    signed_in(moderator).post(f"/review/{sent.id}/decide", data={"to": "rejected", "seen": "held"})
    later = signed_in(moderator)
    button = read(later.get("/review")).one("form", cls="undo")
    assert "You rejected" in button.text
    answer = later.post("/review/undo")
    assert answer.location.startswith(f"/review/{sent.id}")
    assert standing(sent.id) == ("held", "score")
    assert "is back where it was" in later.get(answer.location).text


def test_with_nothing_to_undo_it_says_so(desk):
    answer = desk.post("/review/undo", follow_redirects=True)
    assert "There is nothing of yours to undo." in answer.text


def test_a_verdict_keeps_where_from_and_where_to(comment, mona):
    sent = comment("you idiot")
    decide(sent.id, REJECT, mona, seen=Status.HELD)
    verdict = db.session.scalars(select(Verdict)).one()
    assert (verdict.from_status, verdict.from_reason) == ("held", "score")
    assert (verdict.to_status, verdict.to_reason) == ("rejected", None)


@pytest.mark.parametrize("number", ["x", "-1", "0", "9" * 30])
def test_a_number_that_no_action_has_is_a_bad_request(desk, number):
    assert desk.post("/review/undo", data={"action": number}).status_code == 400
