"""The service-level clock, and the view of what readers reported."""

from datetime import timedelta

import pytest

from moderation.comments.clock import due_at
from moderation.comments.reporting import report
from moderation.db import now
from moderation.policy.options import DeskOptions
from tests.page import read

OPTIONS = DeskOptions(hours_worst=1, hours_high=4, hours_rest=24)


@pytest.mark.parametrize(
    ("urgency", "hours"), [(1, 1), (0.9, 1), (0.89, 4), (0.7, 4), (0.69, 24), (0, 24)]
)
def test_the_worse_the_sooner(urgency, hours):
    sent = now()
    assert due_at(sent, urgency, OPTIONS) == sent + timedelta(hours=hours)


def test_due_first_puts_what_is_worst_before_what_is_older(comment, listed):
    mild, idiot = comment("you dolt"), comment("you idiot")
    assert listed("/review?order=due") == [idiot.id, mild.id]
    assert listed("/review?order=oldest") == [mild.id, idiot.id]


def test_each_row_and_the_case_say_how_long_it_may_still_wait(comment, desk):
    sent = comment("you idiot")
    page = desk.get(f"/review/{sent.id}").text
    assert page.count("59 min left") == 2


def test_reported_comments_are_a_view_the_most_reported_first(comment, desk, listed):
    never, once, twice = comment(), comment("Another kind word"), comment("A third kind word")
    for reporter, sent in (("a", once), ("a", twice), ("b", twice)):
        report(sent.id, reporter, "spam?")
    assert listed("/review?state=reported") == [twice.id, once.id]
    assert listed("/review?order=reports") == [twice.id, once.id]
    assert never.id not in listed("/review?state=reported")
    chip = [c.text for c in read(desk.get("/review")).all("a", cls="chip") if "reported" in c.text]
    assert chip == ["reported 2"]


def test_the_case_shows_what_readers_said_until_it_is_kept(comment, desk, decide):
    sent = comment()
    report(sent.id, "a", "This is spam")
    page = desk.get(f"/review/{sent.id}").text
    assert "1 reader reported it" in page
    assert "This is spam" in page
    decide(sent, "published", seen="published")
    assert "reported it" not in desk.get(f"/review/{sent.id}").text.partition("What happened")[0]


def test_what_waits_again_after_an_undo_keeps_its_reports_and_its_place_in_the_view(
    comment, desk, decide, listed
):
    sent = comment("you idiot")
    decide(sent, "published")
    report(sent.id, "a", "Insults me")
    desk.post("/review/undo")
    assert listed("/review?state=reported") == [sent.id]
    assert "1 report" in desk.get("/review").text


def test_only_what_waits_has_a_clock_to_order_by(comment, desk):
    comment("you idiot"), comment()
    assert "Due first" in {c.text for c in read(desk.get("/review")).all("a", cls="chip")}
    published = read(desk.get("/review?state=published")).all("a", cls="chip")
    assert "Due first" not in {c.text for c in published}
