"""Who has a comment open is shown, lapses by itself and can be taken over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from moderation.audit.record import Actor
from moderation.db import db, now
from moderation.policy.options import save_options
from moderation.review import claim as claims
from moderation.review.claim import claim, claims_on, held_by_another, release, take_over
from moderation.web.permissions import Role


@pytest.fixture
def mona(moderator):
    """Mona, for the verbs."""
    return moderator.actor


@pytest.fixture
def paul(make_user):
    """Another moderator, for the verbs."""
    return make_user("Paul", Role.MODERATOR).actor


def names(*comments):
    db.session.rollback()
    return [holder.name for holder in claims_on([c.id for c in comments]).values()]


def test_the_first_to_open_it_holds_it(comment, mona, paul):
    sent = comment("you idiot")
    assert claim(sent.id, mona).name == "Mona"
    assert claim(sent.id, paul).name == "Mona", "the second is told who does"
    assert held_by_another(sent.id, paul).name == "Mona"
    assert held_by_another(sent.id, mona) is None


def test_it_lapses_and_is_kept_by_claiming_again(comment, mona, paul, monkeypatch):
    sent = comment("you idiot")
    start = now()
    for minutes, expected in ((0, ["Mona"]), (4, ["Mona"]), (8, ["Mona"]), (14, [])):
        monkeypatch.setattr(claims, "now", lambda m=minutes: start + timedelta(minutes=m))
        if minutes == 4:
            claim(sent.id, mona)
        assert names(sent) == (expected if minutes else [])
        if not minutes:
            claim(sent.id, mona)
    assert claim(sent.id, paul).name == "Paul"


def test_how_long_it_holds_is_an_option(comment, mona, admin):
    save_options({"claim_minutes": 60}, admin.actor)
    left = claim(comment("you idiot").id, mona).until - now()
    assert timedelta(minutes=59) < left <= timedelta(minutes=60)


def test_it_can_be_taken_over_and_given_back(comment, mona, paul):
    sent = comment("you idiot")
    claim(sent.id, mona)
    take_over(sent.id, paul)
    assert names(sent) == ["Paul"]
    release(sent.id, mona)
    assert names(sent) == ["Paul"], "nobody gives back what is not theirs"
    release(sent.id, paul)
    assert names(sent) == []


def test_of_two_at_the_very_same_moment_one_holds_it(app, comment, mona, paul):
    sent = comment("you idiot").id

    def open_it(actor: Actor):
        with app.app_context():
            try:
                return claim(sent, actor).name
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(open_it, (mona, paul)))) == 1


def test_looking_claims_nothing(comment, desk):
    sent = comment("you idiot")
    desk.get(f"/review/{sent.id}")
    assert names(sent) == []


def test_the_case_and_the_list_name_who_has_it_open(comment, desk, signed_in, paul, make_user):
    sent = comment("you idiot")
    assert desk.post(f"/review/{sent.id}/claim?order=oldest").location == (
        f"/review/{sent.id}?order=oldest#case"
    )
    other = signed_in(make_user("Petra", Role.MODERATOR))
    page = other.get(f"/review/{sent.id}").text
    assert "with <bdi>Mona</bdi>" in page, "in the list"
    assert "Mona</bdi> has this open" in page, "in the case"
    assert "Take over" in page
    other.post(f"/review/{sent.id}/claim")
    assert names(sent) == ["Mona"]
    other.post(f"/review/{sent.id}/claim", data={"take_over": "1"})
    assert names(sent) == ["Petra"]
    other.post(f"/review/{sent.id}/release")
    assert names(sent) == []


def test_a_viewer_claims_nothing_and_there_is_nothing_to_claim_in_no_comment(
    comment, viewer, desk, signed_in
):
    sent = comment("you idiot")
    assert signed_in(viewer).post(f"/review/{sent.id}/claim").status_code == 403
    assert desk.post("/review/999/claim").status_code == 404


def test_deciding_what_somebody_else_has_open_asks_first(comment, desk, paul, status_of):
    sent = comment("you idiot")
    take_over(sent.id, paul)
    fields = {"to": "rejected", "seen": "held", "note": "quoting a song"}
    asked = desk.post(f"/review/{sent.id}/decide", data=fields)
    assert asked.status_code == 409
    assert status_of(sent.id) == "held"
    assert "<bdi>Paul</bdi> has this open. Nothing was changed." in asked.text
    assert "Reject anyway" in asked.text
    assert asked.text.count("quoting a song") == 2, "in its field, and in what would be sent"
    answer = desk.post(f"/review/{sent.id}/decide", data={**fields, "anyway": "1"})
    assert answer.status_code == 303
    assert status_of(sent.id) == "rejected"
    assert names(sent) == [], "who decided has no need of a claim"


def test_escalating_what_somebody_else_has_open_asks_first(comment, desk, paul, status_of):
    sent = comment("you idiot")
    take_over(sent.id, paul)
    asked = desk.post(f"/review/{sent.id}/escalate", data={"seen": "held"})
    assert asked.status_code == 409
    assert "Escalate anyway" in asked.text
    assert desk.post(f"/review/{sent.id}/escalate", data={"anyway": "1"}).status_code == 303
    assert names(sent) == []
