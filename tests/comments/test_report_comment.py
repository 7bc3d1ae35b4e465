"""A reader reports a published comment."""

import pytest
from sqlalchemy import func, select

from moderation.comments.status import change_status, locked
from moderation.comments.tables import Comment, Report, Status
from moderation.db import db, writing
from tests.page import read


@pytest.fixture
def report(client):
    def send(comment, by=client, **fields):
        return by.post(f"/report/{comment.id}", data={"reason": "", **fields})

    return send


def reports_of(comment):
    db.session.rollback()
    return db.session.get_one(Comment, comment.id).reports


def test_the_page_links_to_a_report_that_counts_and_thanks(client, comment, report):
    kind = comment()
    link = read(client.get("/")).one("a", **{"class": "small comment-report"})
    assert read(client.get(link.attributes["href"])).one("textarea")
    answer = report(kind, reason="spam, I think")
    assert answer.status_code == 303
    assert "Thank you" in client.get(answer.location).text
    assert reports_of(kind) == 1
    assert db.session.scalar(select(Report.reason)) == "spam, I think"


def test_one_reader_counts_once_and_two_readers_twice(app, comment, report):
    kind, tess, tom = comment(), app.test_client(), app.test_client()
    for reader in (tess, tess, tom):
        assert report(kind, by=reader).status_code == 303
    assert reports_of(kind) == 2
    assert db.session.scalar(select(func.count(Report.id))) == 2


def test_a_report_changes_no_status(comment, report):
    kind = comment()
    report(kind)
    db.session.rollback()
    assert db.session.get_one(Comment, kind.id).status == Status.PUBLISHED


def test_what_is_not_public_cannot_be_reported_or_seen_here(client, comment, report, moderator):
    held, removed = comment("you idiot"), comment()
    with writing():
        change_status(locked(removed.id), Status.REMOVED, moderator.actor)
    for hidden in (held, removed):
        assert client.get(f"/report/{hidden.id}").status_code == 404
        assert report(hidden).status_code == 404
        assert reports_of(hidden) == 0


def test_a_reason_that_is_too_long_comes_back_with_the_form(comment, report):
    answer = report(comment(), reason="x" * 501)
    assert answer.status_code == 422
    assert "1 more than fit" in answer.text
