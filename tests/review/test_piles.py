"""Nearly the same: what lies on one pile, and how similar comments were decided before."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from moderation.comments.tables import Comment, Status
from moderation.db import db, writing
from moderation.jobs import make_huey
from moderation.review import near
from moderation.review.decide import Judgement, decide
from moderation.review.near import (
    _index,
    index_new,
    keys_of,
    piles_of,
    precedents_of,
    runs_of,
    similarity,
    waiting_like,
)
from moderation.review.tables import NearKey, Pile
from moderation.review.undo import last_action_of, undo
from tests.page import read

STORM = "the mayor is an idiot and everybody in this town knows it"
REJECT = Judgement(Status.REJECTED)


def alike(one, other):
    return similarity(runs_of(one), runs_of(other))


@pytest.mark.parametrize(
    "variant",
    [
        "Anna, the mayor is an idiot and everybody in this town knows it",
        "THE MAYOR IS AN IDIOT and everybody in this town knows it!!!! 😡😡",
        "the mayor is an idiot and everybody in our town knows it",
        "the mayor is an id\u200biot аnd everybody in this town knоws it",
        "the mayor is an i d i o t and everybody in this town knows it",
        "the mayor is an idiot and everybody in this town knows it. So there.",
    ],
)
def test_small_changes_make_no_other_comment(variant):
    assert alike(STORM, variant) >= 0.6
    assert set(keys_of(runs_of(STORM))) & set(keys_of(runs_of(variant)))


@pytest.mark.parametrize(
    "other",
    [
        "the baker is a genius and everybody in this street says so",
        "the mayor is an honest man and nobody in the council likes it",
        "what an idiot",
    ],
)
def test_other_words_make_another_comment(other):
    runs = runs_of(other)
    assert runs is None or similarity(runs_of(STORM), runs) < 0.6


@pytest.mark.parametrize("text", ["", "lol", "you idiot", "lol " * 10, "🙂" * 99])
def test_too_little_is_like_nothing(text):
    assert runs_of(text) is None


def test_other_scripts_are_compared_by_their_letters():
    one = "Мэр нашего города ничего не делает, и все это знают"
    assert alike(one, one + "!") == 1
    assert alike(one, "Погода сегодня прекрасная, пойдёмте гулять к морю") < 0.2


def test_the_keys_are_those_that_are_stored():
    """A new release of the library may hash otherwise: then every site's index must be rebuilt."""
    assert keys_of(runs_of(STORM))[:2] == [7481859595273026819, 4712083542114003067]


def test_what_is_alike_lies_on_one_pile(comment):
    storm = [comment(f"{STORM}{'!' * n}") for n in range(3)]
    alone = comment("you idiot, have you ever read a word of what the council wrote?")
    comment("What a lovely morning at the harbour, thank you for the photos")
    assert index_new() == 4, "what the model published is left out"
    assert index_new() == 0
    assert piles_of([c.id for c in (*storm, alone)]) == {c.id: 3 for c in storm}
    assert waiting_like(storm[1].id, limit=10) == [storm[1].id, storm[0].id, storm[2].id]
    assert waiting_like(storm[1].id, limit=2) == [storm[1].id, storm[0].id]


def test_what_was_decided_does_not_wait_any_more(comment, moderator):
    storm = [comment(STORM) for _ in range(3)]
    index_new()
    decide(storm[0].id, REJECT, moderator.actor, seen=Status.HELD)
    assert piles_of([c.id for c in storm]) == {c.id: 2 for c in storm}
    decide(storm[1].id, REJECT, moderator.actor, seen=Status.HELD)
    assert piles_of([c.id for c in storm]) == {}


def test_a_pile_is_decided_once_except_what_is_unticked(comment, desk, moderator):
    storm = [comment(STORM) for _ in range(4)]
    index_new()
    case = desk.get(f"/review/{storm[0].id}").text
    assert "4 alike wait" in case
    assert case.count("×4") == 4, "on each of their rows"
    page = read(desk.get(f"/review/bulk?alike={storm[0].id}"))
    items = [box.attributes["value"] for box in page.all("input", name="items")]
    assert len(items) == 4
    kept = f"{storm[2].id}:held"
    desk.post("/review/bulk", data={"items": [i for i in items if i != kept], "to": "rejected"})
    db.session.rollback()
    standing = [db.session.get_one(Comment, c.id).status for c in storm]
    assert standing == ["rejected", "rejected", "held", "rejected"]
    undo(last_action_of(moderator.id).id, moderator.actor)
    db.session.rollback()
    assert {db.session.get_one(Comment, c.id).status for c in storm} == {"held"}


def test_the_nearest_earlier_decisions_are_shown(comment, desk, moderator):
    earlier = [comment(text) for text in (STORM, STORM.replace("this", "our"), STORM + " by now")]
    for one in earlier[:2]:
        decide(one.id, REJECT, moderator.actor, seen=Status.HELD)
    decide(earlier[2].id, Judgement(Status.PUBLISHED), moderator.actor, seen=Status.HELD)
    index_new()
    new = comment(STORM + "!")
    found = precedents_of(new)
    assert [one.comment.id for one in found] == [earlier[0].id, earlier[2].id]
    assert found[0].similarity == 1
    assert (found[1].decided.verdict.to_status, found[1].decided.by) == ("published", "Mona")
    page = " ".join(read(desk.get(f"/review/{new.id}")).main.split())
    assert "Mona rejected it" in page
    assert "100 % the same" in page


def test_a_great_pile_does_not_hide_what_was_decided_on_it(comment, moderator, monkeypatch):
    monkeypatch.setattr(near, "COMPARED", 2)
    storm = [comment(STORM) for _ in range(6)]
    index_new()
    decide(storm[4].id, REJECT, moderator.actor, seen=Status.HELD)
    assert [one.comment.id for one in precedents_of(storm[5])] == [storm[4].id]


def test_what_was_taken_back_is_no_precedent(comment, moderator):
    earlier = comment(STORM)
    decide(earlier.id, REJECT, moderator.actor, seen=Status.HELD)
    index_new()
    undo(last_action_of(moderator.id).id, moderator.actor)
    assert precedents_of(comment(STORM)) == []


def test_what_another_worker_has_just_indexed_is_no_error(comment):
    storm = [comment(STORM) for _ in range(3)]
    index_new()
    _index(storm[0].id)  # as the slower of two workers, who looked before the other committed
    assert piles_of([c.id for c in storm]) == {c.id: 3 for c in storm}


def test_others_can_write_while_texts_are_compared(comment, app, monkeypatch):
    could_write = []

    def compare(one, other):
        could_write.append(_somebody_can_write(app))
        return similarity(one, other)

    monkeypatch.setattr(near, "similarity", compare)
    storm = [comment(STORM) for _ in range(3)]
    index_new()
    assert could_write == [True, True], "the second and the third with the first"
    assert piles_of([c.id for c in storm]) == {c.id: 3 for c in storm}


def _somebody_can_write(app):
    """Whether another thread could write now, without waiting for anybody."""

    def write():
        with app.app_context(), writing(patient=False):
            return True

    with ThreadPoolExecutor(1) as pool, suppress(OperationalError):
        return pool.submit(write).result()
    return False


def test_what_is_erased_while_it_is_compared_leaves_no_keys(comment, monkeypatch):
    erased = comment(STORM)

    def keys_as_it_is_erased(runs):
        with writing():
            db.session.get_one(Comment, erased.id).text = "[Erased]"
        return keys_of(runs)

    monkeypatch.setattr(near, "keys_of", keys_as_it_is_erased)
    index_new()
    assert db.session.scalars(select(NearKey)).all() == []


def test_the_worker_and_the_command_index(comment, app, settings):
    comment(STORM)
    huey = make_huey(app, settings)
    [task] = [t for t in huey._registry.periodic_tasks if "pile_up" in t.name]
    huey.execute(task)
    db.session.rollback()
    assert len(db.session.scalars(select(Pile)).all()) == 1
    comment(STORM)
    run = app.test_cli_runner().invoke(args=["near", "build", "--json"])
    assert json.loads(run.stdout) == {"comments": 1}


def test_all_of_a_view_can_be_chosen(comment, desk):
    for n in range(3):
        comment(f"idiot number {n}")
    comment("damn")
    page = read(desk.get("/review/bulk?all=1&label=insult&least=0.5"))
    assert len(page.all("input", name="items")) == 3
