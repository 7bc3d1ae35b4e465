"""An admin sets the desk's options and words its guidelines."""

import pytest
from sqlalchemy import select

from moderation.audit.tables import Event
from moderation.comments.tables import Status
from moderation.db import db
from moderation.policy.options import DeskOptions, OptionError, current_options, save_options
from moderation.review.guidelines import guidelines
from tests.page import read

ALL = {
    "undo_seconds": "30", "claim_minutes": "5", "hours_worst": "1", "hours_high": "4",
    "hours_rest": "24", "second_looks_percent": "5", "samples_per_10000": "100",
    "golden_every": "50", "erase_after_days": "0",
}  # fmt: skip


@pytest.fixture
def ada(signed_in, admin):
    """Ada's browser."""
    return signed_in(admin)


def test_what_is_set_holds_and_each_change_is_audited(ada):
    assert read(ada.get("/admin/desk")).fields()["undo_seconds"] == "10"
    assert ada.post("/admin/desk", data=ALL).status_code == 303
    db.session.rollback()
    assert current_options() == DeskOptions(undo_seconds=30)
    events = db.session.execute(
        select(Event.subject_id, Event.before, Event.after).where(Event.action == "option.changed")
    ).all()
    assert [tuple(event) for event in events] == [("undo_seconds", "10", "30")]


@pytest.mark.parametrize("value", ["", "x", "-1", "1.5", "99999", "٣", "9" * 30])
def test_a_value_out_of_its_range_is_refused_and_nothing_is_set(ada, value):
    answer = ada.post("/admin/desk", data=ALL | {"undo_seconds": value})
    assert answer.status_code == 422
    assert "from 0 to 3,600" in answer.text
    assert current_options() == DeskOptions()


def test_the_verb_refuses_too(app, admin):
    with pytest.raises(OptionError, match="hours_worst: from 1 to 720"):
        save_options({"undo_seconds": 5, "hours_worst": 0}, admin.actor)
    assert current_options() == DeskOptions()


def test_guidelines_begin_with_three_and_grow_and_are_retired(ada):
    assert "No guidelines yet" in ada.get("/admin/guidelines").text
    ada.post("/admin/guidelines/start")
    ada.post("/admin/guidelines/start")
    assert len(guidelines()) == 3
    ada.post("/admin/guidelines", data={"title": "No links", "text": "Links are not published."})
    db.session.rollback()
    last = guidelines()[-1]
    assert last.title == "No links"
    ada.post(f"/admin/guidelines/{last.id}", data={"title": "No links here", "text": "None."})
    ada.post(f"/admin/guidelines/{guidelines()[0].id}/retire")
    db.session.rollback()
    assert [row.title for row in guidelines()][-1] == "No links here"
    assert len(guidelines()) == 3
    assert ada.get("/admin/guidelines/1").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "", "text": "x"},
        {"title": "x" * 81, "text": "x"},
        {"title": "x", "text": " "},
        {"title": "Taken", "text": "x"},
    ],
)
def test_a_guideline_without_title_or_text_or_with_anothers_title_comes_back(ada, fields):
    ada.post("/admin/guidelines", data={"title": "Taken", "text": "x"})
    assert ada.post("/admin/guidelines", data=fields).status_code == 422


def test_the_author_reads_the_reason_of_a_rejection_and_not_after_its_undo(ada, client, comment):
    ada.post("/admin/guidelines/start")
    rule, sent = guidelines()[0], comment("you idiot")
    ada.post(
        f"/review/{sent.id}/decide",
        data={"to": Status.REJECTED, "seen": "held", "guideline": rule.id, "note": "secret"},
    )
    told = client.get(f"/c/{sent.status_token}").text
    assert rule.text in told
    assert "secret" not in told
    ada.post("/review/undo")
    assert rule.text not in client.get(f"/c/{sent.status_token}").text


def test_an_approval_gives_no_reason(ada, client, comment):
    ada.post("/admin/guidelines/start")
    rule, sent = guidelines()[0], comment("you idiot")
    ada.post(
        f"/review/{sent.id}/decide",
        data={"to": Status.PUBLISHED, "seen": "held", "guideline": rule.id},
    )
    assert rule.text not in client.get(f"/c/{sent.status_token}").text
