"""A viewer reads and never decides; a stranger does neither."""

import pytest

from moderation.audit.trail import events_about


@pytest.fixture
def browser(signed_in, viewer):
    """Vera's browser."""
    return signed_in(viewer)


@pytest.mark.parametrize(
    ("text", "seen", "to"),
    [
        ("you idiot", "held", "published"),
        ("you idiot", "held", "rejected"),
        ("a kind word", "published", "removed"),
    ],
)
def test_it_refuses_every_decision(comment, browser, status_of, text, seen, to):
    sent = comment(text)
    answer = browser.post(f"/review/{sent.id}/decide", data={"to": to, "seen": seen})
    assert answer.status_code == 403
    assert status_of(sent.id) == seen
    assert all(event.actor_id is None for event in events_about("comment", sent.id))


def test_the_case_is_shown_without_buttons(comment, browser):
    sent = comment("you idiot")
    page = browser.get(f"/review/{sent.id}").text
    assert "you idiot" in page
    assert "/decide" not in page
    assert 'name="to"' not in page
    assert "moderators decide" in page


def test_a_viewer_does_not_see_the_audit_trail(browser):
    assert browser.get("/audit").status_code == 403
    assert 'href="/audit"' not in browser.get("/review").text


@pytest.mark.parametrize("address", ["/review", "/review/1"])
def test_a_stranger_is_sent_to_sign_in(comment, client, address):
    comment("you idiot")
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.location.startswith("/login")


def test_a_strangers_decision_is_refused(comment, client, status_of):
    sent = comment("you idiot")
    answer = client.post(f"/review/{sent.id}/decide", data={"to": "rejected", "seen": "held"})
    assert answer.status_code == 401
    assert status_of(sent.id) == "held"
