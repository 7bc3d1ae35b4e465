"""Blind looks: what is drawn, for whom, what they see and what their answer does."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from moderation.comments.tables import Comment, Status
from moderation.db import db, now, writing
from moderation.policy.options import save_options
from moderation.quality import draw, looks
from moderation.quality.draw import draw_looks, is_drawn
from moderation.quality.golden import retire_golden, set_golden
from moderation.quality.looks import answer_look, count_looks_for, look_of, skip_look, take_look
from moderation.quality.tables import Look, LookKind
from moderation.review.decide import Judgement, decide, escalate
from moderation.review.labels import labels_on, set_labels
from moderation.review.preferences import DeskPreferences, save_preferences
from moderation.review.undo import last_action_of, undo
from tests.page import read

REJECT = Judgement(Status.REJECTED)


def kinds():
    db.session.rollback()
    return sorted(look.kind for look in db.session.scalars(select(Look)))


def test_a_decision_goes_to_a_second_person_and_never_to_the_same(comment, mona, paul, everything):
    sent = comment("you idiot")
    decide(sent.id, REJECT, mona, seen=Status.HELD)
    assert draw_looks() == 1
    assert take_look(mona) is None
    assert (count_looks_for(mona.id, ()), count_looks_for(paul.id, ())) == (0, 1)
    assert take_look(paul.actor).comment_id == sent.id


def test_it_is_drawn_once(comment, mona, paul, everything):
    decide(comment("you idiot").id, REJECT, mona, seen=Status.HELD)
    comment("A kind word")
    assert draw_looks() == 2
    assert draw_looks() == 0
    assert kinds() == ["sample", "second"]


def test_what_may_still_be_undone_waits(comment, mona, paul, admin):
    save_options({"second_looks_percent": 100, "samples_per_10000": 10_000}, admin.actor)
    decide(comment("you idiot").id, REJECT, mona, seen=Status.HELD)
    comment("A kind word")
    assert draw_looks() == 0


def test_undone_and_escalated_are_not_drawn(comment, mona, paul, everything):
    undone, escalated = comment("you idiot"), comment("what an idiot")
    decide(undone.id, REJECT, mona, seen=Status.HELD)
    undo(last_action_of(mona.id).id, mona)
    escalate(escalated.id, mona, seen=Status.HELD)
    assert draw_looks() == 0


def test_who_is_alone_gets_no_second_looks(comment, mona, admin, everything):
    with writing():
        admin.active = False
        db.session.add(admin)
    decide(comment("you idiot").id, REJECT, mona, seen=Status.HELD)
    assert draw_looks() == 0


def test_only_what_the_model_published_is_sampled(comment, mona, paul, everything):
    by_model, by_hand = comment("A kind word"), comment("you idiot")
    comment("what an idiot")
    decide(by_hand.id, Judgement(Status.PUBLISHED), mona, seen=Status.HELD)
    draw_looks()
    found = db.session.scalars(select(Look).where(Look.kind == LookKind.SAMPLE)).all()
    assert [look.comment_id for look in found] == [by_model.id]


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 1.0])
def test_the_share_is_what_is_drawn(share):
    drawn = sum(is_drawn(LookKind.SAMPLE, number, share) for number in range(20_000))
    assert drawn == pytest.approx(20_000 * share, abs=4 * (20_000 * share * (1 - share)) ** 0.5)


def test_nothing_is_drawn_where_nothing_is_wanted(comment, mona, paul, everything, admin):
    options = ("second_looks_percent", "samples_per_10000", "golden_every")
    save_options(dict.fromkeys(options, 0), admin.actor)
    set_golden(comment("A kind word").id, reject=False, labels=[], by=admin.actor)
    decide(comment("you idiot").id, REJECT, mona, seen=Status.HELD)
    assert draw_looks() == 0


def test_a_golden_item_comes_after_so_many_decisions_and_each_once(
    comment, mona, paul, admin, everything
):
    save_options({"second_looks_percent": 0, "golden_every": 2}, admin.actor)
    golden = comment("you idiot")
    set_golden(golden.id, reject=True, labels=["insult"], by=admin.actor)
    sent = [comment(f"idiot {n}") for n in range(4)]
    decide(sent[0].id, REJECT, mona, seen=Status.HELD)
    assert draw_looks() == 0
    decide(sent[1].id, REJECT, mona, seen=Status.HELD)
    assert draw_looks() == 1
    look = take_look(mona)
    assert (look.comment_id, look.kind) == (golden.id, "golden")
    assert take_look(paul.actor) is None, "it is hers"
    answer_look(look.id, reject=True, labels=["insult"], by=mona)
    for one in sent[2:]:
        decide(one.id, REJECT, mona, seen=Status.HELD)
    assert draw_looks() == 0, "she knows it"


def test_a_retired_golden_item_is_shown_to_nobody(comment, mona, paul, admin, everything):
    save_options({"second_looks_percent": 0}, admin.actor)
    golden = comment("what an idiot")
    set_golden(golden.id, reject=True, labels=[], by=admin.actor)
    retire_golden(golden.id, admin.actor)
    decide(comment("you idiot").id, REJECT, mona, seen=Status.HELD)
    assert draw_looks() == 0
    with pytest.raises(LookupError):
        retire_golden(golden.id, admin.actor)


def test_one_person_has_one_look_and_the_next_person_another(comment, mona, paul, everything):
    first, second = comment("A kind word"), comment("Another kind word")
    draw_looks()
    assert take_look(mona).comment_id == first.id
    assert take_look(mona).comment_id == first.id, "the same until she answers"
    assert take_look(paul.actor).comment_id == second.id


def test_a_look_that_is_left_lying_goes_to_somebody_else(comment, mona, paul, everything):
    comment("A kind word")
    draw_looks()
    look = take_look(mona)
    with writing():
        db.session.get_one(Look, look.id).taken_at = now() - looks.KEPT_FOR - timedelta(seconds=1)
    assert take_look(paul.actor).id == look.id
    with pytest.raises(LookupError):
        answer_look(look.id, reject=True, labels=[], by=mona)


def test_what_nobody_looked_at_for_long_is_dropped(comment, mona, everything):
    comment("A kind word")
    draw_looks()
    with writing():
        db.session.scalars(select(Look)).one().made_at = now() - draw.LASTS - timedelta(days=1)
    assert draw_looks() == 1, "it is young enough to be drawn again"
    assert count_looks_for(mona.id, ()) == 1


def test_a_skipped_look_goes_behind_the_others(comment, mona, everything):
    first, second = comment("A kind word"), comment("Another kind word")
    draw_looks()
    skip_look(take_look(mona).id, mona)
    assert take_look(mona).comment_id == second.id
    skip_look(look_of(take_look(mona).id, mona.id).id, mona)
    assert take_look(mona).comment_id == first.id


def test_who_labelled_it_does_not_look_again(comment, mona, everything):
    set_labels(comment("A kind word").id, [], mona)
    draw_looks()
    assert take_look(mona) is None


def test_an_answer_keeps_the_labels_and_changes_no_status(comment, mona, paul, everything):
    published, rejected = comment("A kind word"), comment("you idiot")
    decide(rejected.id, REJECT, mona, seen=Status.HELD)
    draw_looks()
    while look := take_look(paul.actor):
        answer_look(
            look.id, reject=look.comment_id == published.id, labels=["toxic"], by=paul.actor
        )
    db.session.rollback()
    assert all(look.disputed for look in db.session.scalars(select(Look)))
    standing = [db.session.get_one(Comment, c.id).status for c in (published, rejected)]
    assert standing == ["published", "rejected"]
    assert [one.labels for one in labels_on(published.id)] == [("toxic",)]


def test_the_three_kinds_look_the_same(comment, mona, paul, admin, everything, signed_in):
    set_golden(comment("what an idiot").id, reject=True, labels=[], by=admin.actor)
    decide(comment("you idiot").id, REJECT, mona, seen=Status.HELD)
    decide(comment("such an idiot").id, REJECT, paul.actor, seen=Status.HELD)
    comment("A kind word")
    draw_looks()
    browser, pages = signed_in(paul), {}
    while look := take_look(paul.actor):
        page = browser.get(f"/quality/blind/{look.id}").text
        text = db.session.get_one(Comment, look.comment_id).text
        assert text in page
        blank = page.replace(text, "…").replace(f"/{look.id}", "/N")
        pages[look.kind] = re.sub(r'<span class="nav-count">.*?</a>|csrf_token[^>]*', "", blank)
        answer_look(look.id, reject=False, labels=[], by=paul.actor)
    assert set(pages) == {"second", "golden", "sample"}
    assert len(set(pages.values())) == 1


def test_a_look_by_the_pages(comment, mona, paul, everything, signed_in):
    browser = signed_in(paul)
    assert "Nothing to look at" in browser.get("/quality/blind").text
    comment("A kind word")
    comment("Another kind word")
    draw_looks()
    assert "<b>2</b> wait for you" in browser.get("/quality/blind").text
    address = browser.post("/quality/blind").location
    page = read(browser.get(address))
    assert "A kind word" in page.main
    assert "0." not in page.main, "no score"
    assert browser.post(address, data={"labels": ["toxic"]}).status_code == 422
    assert browser.post(address, data={"answer": "keep", "labels": ["rude"]}).status_code == 422
    following = browser.post(address, data={"answer": "reject", "labels": ["toxic"]}).location
    assert "Another kind word" in browser.get(following).text
    assert browser.get(address).status_code == 404, "answered"
    last = browser.post(f"{following}/skip")
    assert "Another kind word" in browser.get(last.location).text, "there is no other"
    browser.post(following, data={"answer": "keep"})
    assert "Nothing to look at" in browser.get("/quality/blind").text


def test_nobody_reads_anothers_look(comment, mona, paul, everything, signed_in, viewer):
    comment("A kind word")
    draw_looks()
    look = take_look(mona)
    assert signed_in(paul).get(f"/quality/blind/{look.id}").status_code == 404
    assert signed_in(paul).post(f"/quality/blind/{look.id}").status_code == 404
    assert signed_in(viewer).get(f"/quality/blind/{look.id}").status_code == 403


def test_nobody_is_given_what_is_over_a_class_that_they_leave_out(
    comment, mona, paul, everything, signed_in
):
    sent = comment("i will kill you")
    decide(sent.id, REJECT, mona, seen=Status.HELD)
    draw_looks()
    save_preferences(paul.id, DeskPreferences(left_out=("threat",)))
    assert (count_looks_for(paul.id, ["threat"]), take_look(paul.actor)) == (0, None)
    assert "Nothing to look at" in signed_in(paul).get("/quality/blind").text
    save_preferences(paul.id, DeskPreferences(left_out=("insult",)))
    assert count_looks_for(paul.id, ["insult"]) == 1
    assert "<b>1</b> waits for you" in signed_in(paul).get("/quality/blind").text
    assert take_look(paul.actor).comment_id == sent.id
