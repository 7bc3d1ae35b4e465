"""What others do reaches an open desk: arrivals, claims and decisions, by one small answer."""

import pytest

from moderation.review.claim import claim
from moderation.web.permissions import Role


@pytest.fixture
def watch(desk):
    """Mona's page asks what changed."""

    def ask(query=""):
        answer = desk.get(f"/review/live?{query}")
        assert answer.status_code == 200
        return answer.json

    return ask


def test_it_tells_how_the_listed_comments_stand(comment, decide, watch):
    first, second = comment("you idiot"), comment("damn you")
    decide(first, "rejected")
    answer = watch(f"ids={first.id},{second.id}&open={first.id}")
    assert answer["standings"] == {str(first.id): "rejected", str(second.id): "held score"}
    assert answer["said"] == "Mona rejected"
    assert answer["held"] == "1"


def test_only_what_came_since_and_belongs_to_the_view_has_arrived(comment, watch):
    old = comment("you idiot", page="home")
    comment("you idiot", page="home")
    comment("you idiot", page="news")
    comment("a kind word", page="home")
    assert watch(f"since={old.id}")["arrivals"] == 2
    assert watch(f"since={old.id}&page=home")["arrivals"] == 1
    assert watch(f"since={old.id}&state=published")["arrivals"] == 1
    assert watch("since=99")["arrivals"] == 0


def test_it_tells_who_claims_what(comment, watch, moderator, make_user):
    mine, others, free = (comment("you idiot") for _ in range(3))
    claim(mine.id, moderator.actor)
    claim(others.id, make_user("Paul", Role.MODERATOR).actor)
    assert watch(f"ids={mine.id},{others.id},{free.id}")["claims"] == {
        str(mine.id): {"name": "Mona", "mine": True},
        str(others.id): {"name": "Paul", "mine": False},
    }


@pytest.mark.parametrize("ids", ["", "x", "1,,2", "-4", "9" * 30, "²", ",".join("1" * 500)])
def test_numbers_that_are_none_are_left_out(comment, watch, ids):
    comment("you idiot")
    assert watch(f"ids={ids}&open={ids}&since={ids}")["held"] == "1"


def test_it_changes_nothing(comment, watch, desk):
    sent = comment("you idiot")
    watch(f"open={sent.id}")
    assert watch(f"open={sent.id}")["claims"] == {}


def test_the_pane_is_the_case_without_the_page(comment, desk):
    first, second = comment("you idiot"), comment("i will kill you")
    pane = desk.get(f"/review/{second.id}/pane?order=oldest").text
    assert "<html" not in pane
    assert "i will kill you" in pane
    assert f'href="/review/{first.id}?order=oldest"' in pane, "what follows, in the same view"
    assert desk.get("/review/999/pane").status_code == 404


def test_something_milder_keeps_the_view_and_says_so_where_there_is_nothing(comment, desk):
    assert desk.get("/review/milder?order=oldest").location == "/review?order=oldest"
    comment("i will kill you")
    assert "Nothing milder waits" in desk.get("/review/milder", follow_redirects=True).text
