"""Classes that a person leaves out of the queue that they start with, and of nothing else."""

import pytest

from moderation.review.preferences import DeskPreferences, save_preferences
from moderation.review.queue import count_left_out


@pytest.fixture
def three(comment, scorer, moderator):
    """A threat, an insult and one without scores; Mona leaves out threats."""
    found = [comment("i will kill you"), comment("you idiot")]
    scorer.down = True
    found.append(comment("idiots kill you"))
    save_preferences(moderator.id, DeskPreferences(left_out=("threat",)))
    return found


def test_they_are_left_out_and_counted_and_the_unknown_is_not(three, listed, desk):
    _, insult, unscored = three
    assert listed() == [unscored.id, insult.id]
    page = " ".join(desk.get("/review").text.split())
    assert "1 left out for threat" in page
    assert '<span class="nums muted">2</span>' in page


def test_they_are_shown_when_asked_for(three, listed, desk):
    assert len(listed("/review?without=none")) == 3
    assert "Leave out again" in desk.get("/review?without=none").text
    assert listed("/review?label=threat&least=0.5") == [three[0].id]
    assert len(listed("/review?state=all")) == 3


def test_where_nothing_else_waits_the_page_says_so(comment, desk, moderator):
    comment("i will kill you")
    save_preferences(moderator.id, DeskPreferences(left_out=("threat",)))
    page = desk.get("/review").text
    assert "Nothing else waits" in page
    assert "No comment matches" not in page


def test_what_follows_is_not_one_of_them(three, decide):
    _, insult, unscored = three
    answer = decide(unscored, "rejected")
    assert answer.location.startswith(f"/review/{insult.id}?without=threat")


def test_a_link_to_one_shows_it_and_a_link_to_the_view_shows_the_same_view(
    three, desk, signed_in, admin
):
    assert "i will kill you" in desk.get(f"/review/{three[0].id}").text
    others = signed_in(admin)
    assert others.get("/review").text.count("data-row=") == 3
    assert others.get("/review?without=threat").text.count("data-row=") == 2


@pytest.mark.parametrize("without", ["", "rude", "threat'--", "none,threat,rude", "é" * 500])
def test_whatever_stands_in_the_address_nothing_breaks(three, desk, without):
    assert desk.get("/review", query_string={"without": without}).status_code in (200, 302)


def test_nothing_left_out_is_nothing_counted(app, three):
    from moderation.review.filters import Filter

    assert count_left_out(Filter()) == 0
