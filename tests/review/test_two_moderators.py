"""Two moderators, one comment: one wins, the other is told, and the trail holds one event."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from moderation.audit.trail import events_about
from moderation.comments.status import StatusConflict
from moderation.comments.tables import Status
from moderation.db import db
from moderation.review.decide import Judgement, decide
from moderation.web.permissions import Role


@pytest.fixture
def paul(signed_in, make_user):
    """Another moderator's browser."""
    return signed_in(make_user("Paul", Role.MODERATOR))


def by_people(comment_id):
    db.session.rollback()
    return [event for event in events_about("comment", comment_id) if event.actor_id]


def press(browser, comment_id, to, seen="held", **fields):
    return browser.post(f"/review/{comment_id}/decide", data={"to": to, "seen": seen, **fields})


def test_the_second_is_told_who_was_quicker_and_nothing_changes(comment, desk, paul, status_of):
    sent = comment("you idiot").id
    press(desk, sent, "rejected")
    answer = press(paul, sent, "published", note="quoting a song")
    assert answer.status_code == 409
    assert "<bdi>Mona</bdi> already rejected this" in answer.text
    assert "Nothing was changed." in answer.text
    assert "quoting a song" in answer.text, "the note is not lost"
    assert "Approve after all" in answer.text, "the page shows how it stands now"
    assert status_of(sent) == "rejected"
    assert [event.actor_name for event in by_people(sent)] == ["Mona"]


def test_the_second_is_told_even_when_both_want_the_same(comment, desk, paul):
    sent = comment("you idiot").id
    press(desk, sent, "rejected")
    assert press(paul, sent, "rejected").status_code == 409
    assert len(by_people(sent)) == 1


def test_the_same_click_twice_goes_on_to_the_next(comment, desk):
    sent, other = comment("you idiot").id, comment("damn").id
    first, second = press(desk, sent, "rejected"), press(desk, sent, "rejected")
    assert first.location.startswith(f"/review/{other}")
    assert second.location.startswith(f"/review/{other}")
    assert len(by_people(sent)) == 1


def test_having_seen_what_stands_now_the_second_may_reverse_it(comment, desk, paul, status_of):
    sent = comment("you idiot").id
    press(desk, sent, "rejected")
    assert press(paul, sent, "published", seen="rejected").status_code == 303
    assert status_of(sent) == "published"
    assert [(e.actor_name, e.after) for e in by_people(sent)] == [
        ("Mona", "rejected"),
        ("Paul", "published"),
    ]


@pytest.mark.parametrize("attempt", range(5))
def test_at_the_very_same_moment_exactly_one_wins(app, comment, moderator, make_user, attempt):
    people = moderator.actor, make_user("Paul", Role.MODERATOR).actor
    sent = comment("you idiot").id
    start = threading.Barrier(2)

    def race(actor, to):
        with app.app_context():  # a context and a connection of its own, as in another worker
            try:
                start.wait(timeout=10)
                decide(sent, Judgement(to), actor, seen=Status.HELD)
            except StatusConflict as conflict:
                return conflict
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        mona = pool.submit(race, people[0], Status.REJECTED)
        paul = pool.submit(race, people[1], Status.PUBLISHED)
        answers = [mona.result(), paul.result()]
    assert sorted(type(answer) for answer in answers if answer is not None) == [StatusConflict]
    [event] = by_people(sent)
    winner = answers.index(None)
    assert (event.actor_name, event.after) == [("Mona", "rejected"), ("Paul", "published")][winner]


def test_two_browsers_at_the_very_same_moment(app, comment, desk, paul):
    sent = comment("you idiot").id
    comment("damn")
    start = threading.Barrier(2)
    app.teardown_request_funcs.clear()  # each request has a context of its own here

    def race(browser, to):
        start.wait(timeout=10)
        return press(browser, sent, to)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(race, (desk, paul), ("rejected", "published")))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    [loser] = [answer for answer in answers if answer.status_code == 409]
    [event] = by_people(sent)
    assert f"<bdi>{event.actor_name}</bdi> already" in loser.text


def test_reloading_the_answer_shows_how_it_stands(comment, desk):
    sent = comment("you idiot").id
    answer = desk.get(f"/review/{sent}/decide?order=oldest&comment_id=9&_scheme=x")
    assert (answer.status_code, answer.location) == (302, f"/review/{sent}?order=oldest")
