"""Private notes, and the labels that people set right."""

import pytest
from sqlalchemy import select

from moderation.audit.tables import Event
from moderation.db import db
from moderation.review.labels import export_rows, set_labels
from moderation.review.tables import Labelling
from moderation.web.permissions import Role
from tests.page import read


def test_a_note_is_for_moderators_and_never_for_the_author(comment, desk, client):
    sent = comment("you idiot")
    desk.post(f"/review/{sent.id}/notes", data={"text": "Third time this week"})
    assert "Third time this week" in desk.get(f"/review/{sent.id}").text
    assert "Third time" not in client.get(f"/c/{sent.status_token}").text


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001])
def test_an_empty_or_endless_note_comes_back(comment, desk, text):
    answer = desk.post(f"/review/{comment('you idiot').id}/notes", data={"text": text})
    assert answer.status_code == 422
    assert '<details class="add-note" open>' in answer.text


def test_labels_are_kept_for_each_person_and_shown_with_the_name(comment, desk, make_user):
    sent = comment("you idiot")
    set_labels(sent.id, ["toxic"], make_user("Paul", Role.MODERATOR).actor)
    desk.post(f"/review/{sent.id}/labels", data={"labels": ["toxic", "insult"]})
    page = read(desk.get(f"/review/{sent.id}"))
    ticked = [b.attributes["value"] for b in page.all("input", name="labels", checked="")]
    assert ticked == ["toxic", "insult"]
    assert "Paul" in page.one("section", id="labels").text


def test_labelling_again_replaces_and_the_trail_keeps_both(comment, desk):
    sent = comment("you idiot")
    for labels in (["insult"], []):
        desk.post(f"/review/{sent.id}/labels", data={"labels": labels})
    row = db.session.scalars(select(Labelling)).one()
    assert row.insult is False
    said = db.session.execute(
        select(Event.before, Event.after).where(Event.action == "comment.labelled")
    ).all()
    assert [tuple(row) for row in said] == [(None, "insult"), ("insult", "none")]


def test_a_class_that_there_is_not_is_refused(comment, desk, moderator):
    sent = comment("you idiot")
    answer = desk.post(f"/review/{sent.id}/labels", data={"labels": ["rude"]})
    assert answer.status_code == 400
    with pytest.raises(ValueError, match="no class 'rude'"):
        set_labels(sent.id, ["rude"], moderator.actor)


def test_the_export_holds_the_majority_and_nothing_where_people_are_even(
    comment, moderator, make_user
):
    sent, alone, never = comment("you idiot"), comment("what an idiot"), comment()
    people = [moderator, make_user("Paul", Role.MODERATOR), make_user("Pia", Role.MODERATOR)]
    for person, labels in zip(people, (["insult", "toxic"], ["insult"], []), strict=True):
        set_labels(sent.id, labels, person.actor)
    for person, labels in zip(people[:2], (["threat"], []), strict=True):
        set_labels(alone.id, labels, person.actor)
    rows = {row["id"]: row for row in export_rows(batch=1)}
    assert never.id not in rows
    assert rows[sent.id]["insult"] == 1
    assert rows[sent.id]["toxic"] == 0
    assert rows[sent.id]["people"] == 3
    assert rows[alone.id]["threat"] is None
    assert rows[alone.id]["comment_text"] == "what an idiot"


def test_the_export_is_what_training_reads_and_never_overwrites(app, comment, moderator, tmp_path):
    from moderation.training.comments_csv import read_comments

    sent = comment('you, "idiot"')
    set_labels(sent.id, ["insult"], moderator.actor)
    file = tmp_path / "labels.csv"
    run = app.test_cli_runner().invoke
    assert run(args=["labels", "export", "--out", str(file)]).output.startswith("1 labelled")
    read = read_comments(file)
    assert read.texts == ['you, "idiot"']
    assert read.labels[0].tolist() == [0, 0, 0, 0, 1, 0]
    again = run(args=["labels", "export", "--out", str(file), "--json"])
    assert again.exit_code == 1
    assert "File exists" in again.output
