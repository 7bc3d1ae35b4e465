"""Reject: the whole way from the queue to the trail, and what is refused on it."""

import pytest

from moderation.audit.trail import events_about


def test_it_leaves_the_queue_and_stands_in_the_trail(comment, decide, desk, listed, status_of):
    sent = comment("you idiot")
    assert listed() == [sent.id]
    decide(sent, "rejected", note="third time")
    assert status_of(sent.id) == "rejected"
    assert listed() == []
    assert listed("/review?state=rejected") == [sent.id]
    trail = desk.get("/audit").text
    assert f'<a href="/review/{sent.id}">comment {sent.id}</a>' in trail
    assert "held (score)" in trail
    assert "third time" in trail


def test_the_author_sees_the_new_status(comment, decide, client):
    sent = comment("you idiot")
    before = client.get(f"/c/{sent.status_token}").text
    decide(sent, "rejected")
    assert client.get(f"/c/{sent.status_token}").text != before


def test_the_case_shows_the_note_and_who_decided(comment, decide, desk):
    sent = comment("you idiot")
    decide(sent, "rejected", note="<b>third</b> time")
    page = desk.get(f"/review/{sent.id}").text
    assert "&lt;b&gt;third&lt;/b&gt; time" in page
    assert "rejected it" in page
    assert "It was held because" in page


def test_a_note_that_is_too_long_is_refused_and_kept_in_its_field(comment, decide, status_of):
    sent = comment("you idiot")
    answer = decide(sent, "rejected", note="x" * 1001)
    assert answer.status_code == 422
    assert "at most 1,000 characters" in answer.text
    assert "x" * 1001 in answer.text
    assert status_of(sent.id) == "held"


@pytest.mark.parametrize(
    "fields",
    [{"to": "held"}, {"to": "removed"}, {"to": "nonsense"}, {"to": ""}, {"seen": "nonsense"}],
)
def test_what_no_button_sends_is_refused(comment, desk, status_of, fields):
    sent = comment("you idiot")
    data = {"to": "rejected", "seen": "held", **fields}
    answer = desk.post(f"/review/{sent.id}/decide", data=data)
    assert answer.status_code in (400, 422)
    assert status_of(sent.id) == "held"
    assert [e for e in events_about("comment", sent.id) if e.actor_id] == []


def test_a_comment_that_is_not_there_is_said_to_be_so(app, desk):
    answer = desk.post("/review/999/decide", data={"to": "rejected", "seen": "held"})
    assert answer.status_code == 404


def test_any_string_will_do_as_a_note(comment, decide, status_of):
    sent = comment("you idiot")
    decide(sent, "rejected", note="a\0b \u202e")
    assert status_of(sent.id) == "rejected"
