"""Escalate: a moderator leaves a comment to an admin."""

import pytest

from moderation.comments.tables import Comment, Status
from moderation.db import db
from moderation.review.decide import ForAnAdmin, Judgement, decide, escalate

APPROVE = Judgement(Status.PUBLISHED)


def test_it_waits_for_an_admin_and_says_so(comment, desk, moderator):
    sent, other = comment("you idiot"), comment("what an idiot")
    answer = desk.post(f"/review/{sent.id}/escalate", data={"note": "Quoting a song?"})
    assert answer.location.startswith(f"/review/{other.id}")
    page = desk.get(f"/review/{sent.id}").text
    assert "an admin decides it" in page
    assert "Quoting a song?" in page
    assert "<b><bdi>Mona</bdi></b> escalated it" in page


def test_another_moderator_cannot_decide_it_and_is_told_who_escalated(
    comment, desk, signed_in, moderator
):
    sent = comment("you idiot")
    escalate(sent.id, moderator.actor, seen=Status.HELD)
    answer = desk.post(f"/review/{sent.id}/decide", data={"to": "published", "seen": "held"})
    assert answer.status_code == 409
    assert "already escalated this" in answer.text
    with pytest.raises(ForAnAdmin):
        decide(sent.id, APPROVE, moderator.actor, seen=Status.HELD)


def test_an_admin_decides_it(comment, signed_in, moderator, admin):
    sent = comment("you idiot")
    escalate(sent.id, moderator.actor, seen=Status.HELD)
    ada = signed_in(admin)
    assert f"/review/{sent.id}" in ada.get("/review?state=escalated").text
    ada.post(f"/review/{sent.id}/decide", data={"to": "published", "seen": "held"})
    db.session.rollback()
    assert db.session.get_one(Comment, sent.id).status == Status.PUBLISHED


def test_only_what_is_held_can_be_escalated(comment, desk):
    sent = comment()
    assert desk.post(f"/review/{sent.id}/escalate").status_code == 409


def test_what_has_no_scores_says_so_when_it_was_escalated(comment, desk, signed_in, admin):
    sent = comment("xyzzy")
    desk.post(f"/review/{sent.id}/escalate", data={"seen": "held"})
    page = signed_in(admin).get(f"/review/{sent.id}")
    assert page.status_code == 200
    assert "It has no scores" in page.text
