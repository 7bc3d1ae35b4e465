"""Remove: a published comment is taken down from the desk."""

from moderation.comments.status import WAYS
from moderation.review.decide import CHOICES


def test_a_published_comment_is_removed(comment, decide, desk, status_of, listed):
    sent = comment("a kind word")
    page = desk.get(f"/review/{sent.id}?state=published").text
    assert 'name="to" value="removed"' in page
    assert 'name="to" value="rejected"' not in page
    decide(sent, "removed", seen="published", query="?state=published")
    assert status_of(sent.id) == "removed"
    assert listed("/review?state=published") == []
    assert listed("/review?state=removed") == [sent.id]


def test_the_next_published_one_follows(comment, decide):
    first, second = comment("a kind word"), comment("another kind word")
    answer = decide(second, "removed", seen="published", query="?state=published&order=newest")
    assert answer.location.startswith(f"/review/{first.id}?")
    assert "state=published" in answer.location


def test_every_button_is_a_way_that_the_status_door_knows():
    offered = {(status, choice.to) for status, choices in CHOICES.items() for choice in choices}
    assert offered == {way for way in WAYS if way[0] != way[1]}
