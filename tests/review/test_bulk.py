"""The same for many comments: looked at first, done as one action, undone by one undo."""

import pytest

from moderation.comments.tables import Comment, Status
from moderation.db import db
from moderation.review.claim import claim
from moderation.review.decide import MOST_AT_ONCE, Judgement, decide, decide_all, escalate
from moderation.review.undo import last_action_of, undo
from moderation.web.permissions import Role
from tests.page import read

REJECT = Judgement(Status.REJECTED)


def statuses(*comments):
    db.session.rollback()
    return [db.session.get_one(Comment, comment.id).status for comment in comments]


def test_nothing_happens_before_the_preview_is_confirmed(comment, desk):
    sent = [comment(f"idiot number {n}") for n in range(3)]
    address = "/review/bulk?" + "&".join(f"ids={c.id}" for c in sent)
    page = read(desk.get(address))
    assert "3 comments at once" in page.main
    assert "Reject 3" in page.main
    assert statuses(*sent) == ["held"] * 3

    items = [box.attributes["value"] for box in page.all("input", name="items")]
    answer = desk.post("/review/bulk", data={"items": items[:2], "to": "rejected"})
    assert answer.status_code == 303
    assert sorted(statuses(*sent)) == ["held", "rejected", "rejected"]
    shown = read(desk.get("/review"))
    undos = shown.all("form", cls="undo")
    assert len(undos) == 2, "beside the case, and over the list for who sees no case: on a phone"
    assert all("You rejected 2 comments" in " ".join(undo.text.split()) for undo in undos)
    desk.post("/review/undo")
    assert statuses(*sent) == ["held"] * 3


def test_what_changed_since_the_preview_is_left_and_reported(comment, desk, admin):
    one, other = comment("you idiot"), comment("what an idiot")
    decide(one.id, Judgement(Status.PUBLISHED), admin.actor, seen=Status.HELD)
    items = [f"{one.id}:held", f"{other.id}:held", "999999:held"]
    answer = desk.post("/review/bulk", data={"items": items, "to": "rejected"})
    assert statuses(one, other) == ["published", "rejected"]
    assert "2 comments were left as they are" in desk.get(answer.location).text


def test_what_waits_for_an_admin_is_left_to_one(comment, desk, moderator, admin):
    sent = comment("you idiot")
    escalate(sent.id, moderator.actor, seen=Status.HELD)
    desk.post("/review/bulk", data={"items": [f"{sent.id}:held"], "to": "rejected"})
    assert statuses(sent) == ["held"]
    seen = {sent.id: Status.HELD}
    assert decide_all(seen, REJECT, admin.actor, may_settle_escalated=True).done == [sent.id]


@pytest.mark.parametrize(
    "items", [[], ["1"], ["x:held"], ["1:gone"], ["0:held"], [f"{n}:held" for n in range(1, 1002)]]
)
def test_what_makes_no_sense_is_refused(desk, items):
    assert desk.post("/review/bulk", data={"items": items, "to": "rejected"}).status_code == 422


def test_more_than_go_at_once_are_refused(app, moderator):
    seen = dict.fromkeys(range(1, MOST_AT_ONCE + 2), Status.HELD)
    with pytest.raises(ValueError, match="at most"):
        decide_all(seen, REJECT, moderator.actor)


def test_nothing_chosen_is_explained(desk):
    assert "No comment was chosen" in desk.get("/review/bulk?ids=x&ids=-1").text


def test_an_action_on_nothing_leaves_nothing_to_undo(app, moderator):
    outcome = decide_all({999: Status.HELD}, REJECT, moderator.actor)
    assert (outcome.action_id, outcome.left) == (None, {999: "is gone"})
    assert last_action_of(moderator.id) is None


def test_one_undo_takes_all_of_it_back(comment, moderator):
    sent = [comment(f"idiot number {n}") for n in range(5)]
    seen = {c.id: Status.HELD for c in sent}
    outcome = decide_all(seen, REJECT, moderator.actor)
    assert len(undo(outcome.action_id, moderator.actor).back) == 5
    assert statuses(*sent) == ["held"] * 5


def test_what_somebody_else_has_open_is_not_ticked(comment, desk, moderator, make_user):
    free, own, held = (comment(f"idiot number {n}") for n in range(3))
    claim(own.id, moderator.actor)
    claim(held.id, make_user("Paul", Role.MODERATOR).actor)
    page = read(desk.get(f"/review/bulk?ids={free.id}&ids={own.id}&ids={held.id}"))
    boxes = [box.attributes for box in page.all("input", name="items")]
    ticked = [box["value"] for box in boxes if "checked" in box]
    assert sorted(ticked) == sorted([f"{free.id}:held", f"{own.id}:held"])
    assert "Paul has it open" in page.main
