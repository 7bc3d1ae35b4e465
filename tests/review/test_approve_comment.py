"""Approve: what was held, rejected or removed is published."""

import pytest
from sqlalchemy import select

from moderation.audit.tables import Event
from moderation.db import db
from tests.page import read


def test_a_held_comment_is_published(comment, decide, status_of):
    held = comment("you idiot").id
    sent = comment("another idiot")
    answer = decide(sent, "published")
    assert answer.status_code == 303
    assert status_of(sent.id) == "published"
    assert status_of(held) == "held"


def test_the_next_one_follows_at_once(comment, decide, desk):
    first = comment("you idiot")  # the highest score of the two
    second = comment("what a damn mess")
    answer = decide(first, "published")
    assert answer.location == f"/review/{second.id}?done={first.id}#case"
    page = desk.get(answer.location)
    undo = read(page).one("form", cls="undo")
    assert f"You approved comment {first.id}" in " ".join(undo.text.split())
    assert f'href="/review/{first.id}"' in page.text, "the way back from the decision"


def test_after_the_last_of_the_list_the_first_follows(comment, decide):
    first, last = comment("you idiot"), comment("what a damn mess")
    assert decide(last, "published").location.startswith(f"/review/{first.id}?")


def test_after_the_very_last_all_is_clear(comment, decide, desk):
    only = comment("you idiot")
    answer = decide(only, "published")
    assert answer.location == f"/review?done={only.id}"
    page = desk.get(answer.location).text
    assert "All clear" in page
    assert f'href="/review/{only.id}">comment {only.id}</a>' in page


def test_the_filters_come_along_to_the_next_one(comment, decide):
    comment("what a damn mess", page="roads")
    first = comment("you idiot", page="roads")
    comment("you idiot", page="home")
    answer = decide(first, "published", query="?page=roads&order=oldest")
    assert "page=roads" in answer.location
    assert "order=oldest" in answer.location


def test_the_audit_event_says_who_from_to_and_by_which_versions(comment, decide, moderator):
    sent = comment("you idiot").id
    decide(comment("you idiot"), "published", note="  quoting someone else  ")
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event.subject_id != str(sent)
    assert (event.actor_id, event.actor_name) == (moderator.id, "Mona")
    assert (event.before, event.after) == ("held (score)", "published")
    assert (event.policy_version, event.model_version) == (1, "fixed.1")
    assert event.note == "quoting someone else"


@pytest.mark.parametrize(
    ("first", "button"), [("rejected", "Approve after all"), ("removed", "Restore")]
)
def test_what_was_taken_down_can_be_put_back(comment, decide, desk, status_of, first, button):
    sent = comment("you idiot" if first == "rejected" else "a kind word")
    decide(sent, first, seen=sent.status)
    assert button in desk.get(f"/review/{sent.id}").text
    decide(sent, "published", seen=first)
    assert status_of(sent.id) == "published"


def test_an_unscored_comment_can_be_approved_without_waiting(comment, scorer, decide, status_of):
    scorer.down = True
    sent = comment("a kind word")
    decide(sent, "published")
    assert status_of(sent.id) == "published"
