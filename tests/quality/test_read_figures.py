"""The figures: from which cases they come, and who sees whose."""

from datetime import timedelta

import pytest

from moderation.accounts.tables import User
from moderation.comments.tables import Status
from moderation.db import db, now
from moderation.policy.options import save_options
from moderation.policy.versions import current_policy
from moderation.quality import figures
from moderation.quality.draw import draw_looks
from moderation.quality.figures import agreements, misses, own_figures, precisions
from moderation.quality.golden import set_golden
from moderation.quality.looks import answer_look, take_look
from moderation.review.decide import Judgement, decide
from moderation.review.labels import set_labels
from moderation.review.undo import last_action_of, undo
from moderation.web.permissions import Role

REJECT, APPROVE = Judgement(Status.REJECTED), Judgement(Status.PUBLISHED)


@pytest.fixture
def since():
    return now() - timedelta(days=1)


def look_again(by, reject_if):
    """Answer every look that waits: reject what the text says."""
    draw_looks()
    while look := take_look(by):
        answer_look(look.id, reject=reject_if(look.comment_id), labels=[], by=by)


def test_agreement_is_of_decisions_that_a_second_person_saw(comment, mona, paul, everything, since):
    sent = [comment(f"idiot {n}") for n in range(6)]
    for one in sent[:3]:
        decide(one.id, REJECT, mona, seen=Status.HELD)
    for one in sent[3:]:
        decide(one.id, APPROVE, mona, seen=Status.HELD)
    look_again(paul.actor, lambda number: number in {one.id for one in sent[:4]})
    together, pairs = agreements(since)
    assert (together.decisions.n, together.decisions.agreed) == (6, pytest.approx(5 / 6))
    assert list(pairs) == [tuple(sorted((mona.id, paul.id)))]
    undo(last_action_of(mona.id).id, mona)
    assert agreements(since)[0].decisions.n == 5, "a verdict that was taken back does not count"


def test_agreement_on_a_class_is_of_labels_by_two_people(comment, mona, paul, app, since):
    sent = [comment(f"idiot {n}") for n in range(4)]
    for n, one in enumerate(sent):
        set_labels(one.id, ["insult"] if n < 2 else [], mona)
        set_labels(one.id, ["insult"] if n < 1 else [], paul.actor)
    found = agreements(since)[0].classes
    assert (found["insult"].n, found["insult"].value) == (4, 0.5)
    assert found["threat"] is None, "both always said no"


def test_precision_is_what_people_rejected_of_what_was_over(comment, mona, paul, app, since):
    sent = [comment(f"idiot {n}") for n in range(5)]
    for one in sent[:4]:
        decide(one.id, REJECT if one is not sent[0] else APPROVE, mona, seen=Status.HELD)
    set_labels(sent[0].id, [], mona)
    set_labels(sent[1].id, ["insult"], mona)
    found = {row.label: row for row in precisions(since, current_policy())}
    assert (found["insult"].rejected.value, found["insult"].rejected.n) == (0.75, 4)
    assert (found["insult"].applies.value, found["insult"].applies.n) == (0.5, 2)
    assert found["threat"].rejected is None


def test_recall_comes_from_the_sample_and_what_was_caught(
    comment, mona, paul, everything, admin, since, monkeypatch
):
    passed = [comment(f"A kind word, number {n}") for n in range(30)]
    for n in range(9):
        decide(comment(f"idiot {n}").id, REJECT, mona, seen=Status.HELD)
    decide(comment("what an idiot").id, APPROVE, mona, seen=Status.HELD)
    save_options({"second_looks_percent": 0}, admin.actor)
    look_again(paul.actor, lambda number: number == passed[0].id)
    found = misses(since)
    assert (found.samples, found.missed, found.published, found.caught) == (30, 1, 30, 9)
    assert found.recall.value == pytest.approx(0.9)
    assert found.recall.low < 0.9 < found.recall.high
    monkeypatch.setattr(figures, "ENOUGH", 31)
    assert misses(since).recall is None


def test_own_figures_count_agreement_and_golden_items(
    comment, mona, paul, admin, everything, since
):
    set_golden(comment("what an idiot").id, reject=True, labels=["insult"], by=admin.actor)
    for n in range(2):
        decide(comment(f"idiot {n}").id, REJECT, mona, seen=Status.HELD)
    look_again(paul.actor, lambda _: True)
    look_again(mona, lambda _: False)
    [hers] = own_figures(since, [db.session.get_one(User, mona.id)])
    assert (hers.decisions, hers.agreed.value, hers.agreed.n) == (2, 1.0, 2)
    assert (hers.golden.value, hers.golden.n) == (0.0, 1)


def test_the_page_says_what_is_missing_and_shows_only_ones_own(
    comment, mona, paul, admin, everything, signed_in, moderator, viewer
):
    empty = signed_in(moderator).get("/quality").text
    assert "0 of 30 samples" in empty
    assert "No decisions yet" in empty
    for by in (mona, paul.actor):
        decide(comment("you idiot").id, REJECT, by, seen=Status.HELD)
    people = '<th scope="row"><bdi class="user-name">{}</bdi>'
    own = signed_in(moderator).get("/quality").text
    assert people.format("Mona") in own
    assert people.format("Paul") not in own
    everybody = signed_in(admin).get("/quality").text
    assert people.format("Mona") in everybody
    assert people.format("Paul") in everybody
    assert people.format("Mona") not in signed_in(viewer).get("/quality").text


def test_the_agreement_of_a_pair_is_seen_by_the_two_and_the_admins(
    comment, mona, paul, admin, everything, signed_in, moderator, make_user
):
    decide(comment("you idiot").id, REJECT, mona, seen=Status.HELD)
    decide(comment("what an idiot").id, APPROVE, mona, seen=Status.HELD)
    look_again(paul.actor, lambda _: True)
    pair = '<th scope="col"><bdi class="user-name">Mona</bdi>, <bdi class="user-name">Paul</bdi>'
    assert [
        pair in signed_in(one).get("/quality").text
        for one in (moderator, paul, admin, make_user("Anna", Role.MODERATOR))
    ] == [True, True, True, False]


def test_golden_items_are_set_and_retired_by_an_admin(comment, admin, moderator, signed_in):
    sent, browser = comment("you idiot"), signed_in(admin)
    assert f'value="{sent.id}"' in browser.get(f"/quality/golden?comment={sent.id}").text
    answer = {"comment": sent.id, "answer": "reject", "labels": ["insult"]}
    assert browser.post("/quality/golden", data=answer).status_code == 303
    assert "should not stand" in browser.get("/quality/golden").text
    for wrong in ({"comment": "999"}, {"comment": "x"}, {"answer": "maybe"}, {"labels": ["rude"]}):
        assert browser.post("/quality/golden", data=answer | wrong).status_code == 422
    assert signed_in(moderator).get("/quality/golden").status_code == 403
    assert browser.post(f"/quality/golden/{sent.id}/retire").status_code == 303
    assert browser.post(f"/quality/golden/{sent.id}/retire").status_code == 404
