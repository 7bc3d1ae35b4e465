"""Disagreements: who settles them, and what that does."""

import pytest

from moderation.audit.trail import events_about
from moderation.comments.status import StatusConflict
from moderation.comments.tables import Comment, Status
from moderation.db import db
from moderation.quality.disagreements import count_disagreements, disagreements, settle
from moderation.quality.draw import draw_looks
from moderation.quality.looks import answer_look, take_look
from moderation.review.decide import Judgement, decide
from moderation.web.permissions import Role
from tests.page import read


@pytest.fixture
def anna(make_user):
    return make_user("Anna", Role.MODERATOR)


@pytest.fixture
def disputed(comment, mona, paul, everything):
    """Decide a comment as Mona, and have Paul say the contrary, blind."""

    def make(to=Status.REJECTED, text="you idiot"):
        sent = comment(text)
        if to is not None:
            decide(sent.id, Judgement(to), mona, seen=Status.HELD)
        draw_looks()
        look = take_look(paul.actor)
        answer_look(look.id, reject=to is not Status.REJECTED, labels=[], by=paul.actor)
        return sent, look.id

    return make


def status_of(comment):
    db.session.rollback()
    return db.session.get_one(Comment, comment.id).status


def test_who_agrees_makes_no_disagreement(comment, mona, paul, everything):
    decide(comment("you idiot").id, Judgement(Status.REJECTED), mona, seen=Status.HELD)
    draw_looks()
    answer_look(take_look(paul.actor).id, reject=True, labels=[], by=paul.actor)
    assert count_disagreements() == 0


@pytest.mark.parametrize(
    ("to", "text", "ends"),
    [
        (Status.REJECTED, "you idiot", "published"),
        (Status.PUBLISHED, "you idiot", "removed"),
        (None, "A kind word", "removed"),
    ],
)
def test_a_third_person_changes_it_through_the_one_door(disputed, anna, to, text, ends):
    sent, look_id = disputed(to, text)
    before = status_of(sent)
    settle(look_id, change=True, seen=Status(before), by=anna.actor)
    assert status_of(sent) == ends
    last = events_about("comment", sent.id)[-1]
    assert (last.actor_name, last.after) == ("Anna", ends)
    assert count_disagreements() == 0
    with pytest.raises(LookupError):
        settle(look_id, change=True, seen=Status(ends), by=anna.actor)


def test_a_third_person_leaves_it_as_it_is(disputed, anna):
    sent, look_id = disputed()
    settle(look_id, change=False, seen=Status.REJECTED, by=anna.actor)
    assert status_of(sent) == "rejected"
    assert disagreements() == []


def test_neither_of_the_two_settles_it_but_an_admin_may(disputed, mona, paul, admin):
    _, look_id = disputed()
    for one in (mona, paul.actor):
        with pytest.raises(PermissionError):
            settle(look_id, change=True, seen=Status.REJECTED, by=one)
    settle(look_id, change=True, seen=Status.REJECTED, by=admin.actor, may_settle_any=True)


def test_what_changed_since_is_not_settled(disputed, anna, mona):
    sent, look_id = disputed()
    decide(sent.id, Judgement(Status.PUBLISHED), mona, seen=Status.REJECTED)
    with pytest.raises(StatusConflict):
        settle(look_id, change=True, seen=Status.REJECTED, by=anna.actor)
    [row] = disagreements()
    assert row.stands_there, "by now it is where the second person wanted it"


def test_the_queue_of_disagreements_by_its_pages(disputed, anna, paul, signed_in):
    sent, look_id = disputed()
    page = read(signed_in(anna).get("/quality/disagreements")).main
    assert "Mona turned it down" in " ".join(page.split())
    assert "Publish it" in page
    assert "somebody else settles it" in signed_in(paul).get("/quality/disagreements").text
    address, change = f"/quality/disagreements/{look_id}", {"to": "change", "seen": "rejected"}
    assert signed_in(paul).post(address, data=change).status_code == 403
    assert signed_in(anna).post(address, data={"to": "x"}).status_code == 400
    assert signed_in(anna).post(address, data=change | {"seen": "held"}).status_code == 303
    assert status_of(sent) == "rejected", "it stood elsewhere than the page said"
    assert signed_in(anna).post(address, data=change).status_code == 303
    assert status_of(sent) == "published"
    assert "No disagreement" in signed_in(anna).get("/quality/disagreements").text
    assert signed_in(anna).post(address, data=change).status_code == 303
