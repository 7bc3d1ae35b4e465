"""Rules about an author: made with a reason and an end, told to the author, ended early."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from moderation.audit.tables import Event
from moderation.comments.author_rules import make_rule, rule_in_force
from moderation.comments.submit import Draft, submit
from moderation.comments.tables import AuthorRule, Comment, HoldReason, RuleKind, Status
from moderation.db import db, now
from tests.page import read


@pytest.fixture
def bind(moderator):
    def make(comment, kind, *, days=3, reason="Too many quarrels"):
        return make_rule(
            comment.author_key,
            kind,
            reason=reason,
            until=now() + timedelta(days=days),
            by=moderator.actor,
            about=comment.id,
        )

    return make


def test_who_is_muted_is_told_why_and_until_when_and_nothing_is_stored(client, comment, bind):
    rule = bind(comment(author="Tess"), RuleKind.MUTED)
    answer = client.post("/", data={"name": " tess ", "text": "Let me explain"})
    assert answer.status_code == 403
    said = read(answer).main
    assert "Too many quarrels" in said
    assert f"{rule.until:%d %B %Y}" in said
    assert "Let me explain" in answer.text, "what was written comes back"
    assert len(db.session.scalars(select(Comment)).all()) == 1


def test_others_and_the_same_author_afterwards_may_send(comment, bind, scorer):
    bind(comment(author="Tess"), RuleKind.MUTED)
    assert comment(author="Tom").status == Status.PUBLISHED
    later = now() + timedelta(days=4)
    draft = Draft(page="home", author_name="Tess", text="A kind word")
    assert submit(draft, scorer, at=later).status == Status.PUBLISHED


def test_under_review_everything_waits_and_the_author_reads_why(client, comment, bind):
    bind(comment(author="Tess"), RuleKind.REVIEW)
    kind = comment(author="Tess")
    assert (kind.status, kind.hold_reason) == (Status.HELD, HoldReason.AUTHOR)
    assert "asked to see your comments" in client.get(f"/c/{kind.status_token}").text
    bad = comment("you idiot", author="Tess")
    assert bad.hold_reason == HoldReason.SCORE, "the score is the stronger reason"


def test_a_second_rule_of_a_kind_replaces_the_first(comment, bind):
    tess = comment(author="Tess")
    bind(tess, RuleKind.MUTED, days=30)
    bind(tess, RuleKind.MUTED, days=1)
    rule = rule_in_force(tess.author_key, RuleKind.MUTED)
    assert rule is not None
    assert rule.until < now() + timedelta(days=2)


@pytest.mark.parametrize("days", [-1, 400])
def test_a_rule_without_a_near_end_is_refused(comment, bind, days):
    with pytest.raises(ValueError, match="within the next 365 days"):
        bind(comment(), RuleKind.MUTED, days=days)


def test_a_moderator_makes_and_ends_a_rule_and_the_trail_says_so(signed_in, moderator, comment):
    mona, tess = signed_in(moderator), comment(author="Tess")
    address = f"/review/{tess.id}/author"
    made = mona.post(f"{address}/rules", data={"kind": "muted", "days": "3", "reason": "Spam"})
    assert made.location == address
    page = read(mona.get(address)).main
    assert "Muted until" in page
    [rule] = db.session.scalars(select(AuthorRule)).all()
    assert mona.post(f"{address}/rules/{rule.id}/end").status_code == 303
    assert rule_in_force(tess.author_key, RuleKind.MUTED) is None
    actions = db.session.scalars(select(Event.action).where(Event.actor_id == moderator.id)).all()
    assert actions == ["author.muted", "author.unmuted"]
    assert "muted the author of comment" in read(mona.get("/audit")).main


def test_a_rule_needs_a_reason(signed_in, moderator, comment):
    answer = signed_in(moderator).post(
        f"/review/{comment().id}/author/rules", data={"kind": "muted", "days": "3", "reason": " "}
    )
    assert answer.status_code == 422
    assert "Give a reason" in answer.text


def test_the_rule_of_another_author_is_not_ended_from_here(signed_in, moderator, comment, bind):
    rule = bind(comment(author="Tess"), RuleKind.MUTED)
    answer = signed_in(moderator).post(
        f"/review/{comment(author='Tom').id}/author/rules/{rule.id}/end"
    )
    assert answer.status_code == 404
    assert rule_in_force("name:tess", RuleKind.MUTED) is not None


def test_a_viewer_reads_and_makes_no_rules(signed_in, viewer, comment):
    vera, tess = signed_in(viewer), comment()
    page = vera.get(f"/review/{tess.id}/author")
    assert page.status_code == 200
    assert "Make a rule" not in page.text
    refused = vera.post(
        f"/review/{tess.id}/author/rules", data={"kind": "muted", "days": "3", "reason": "x"}
    )
    assert refused.status_code == 403
