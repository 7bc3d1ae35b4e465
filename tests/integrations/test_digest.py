"""Each morning a mail tells who asked for it what waits: numbers, and no comment's text."""

import dataclasses
import smtplib

import pytest

from moderation.db import now, writing
from moderation.integrations import digest as room
from moderation.integrations import mail
from moderation.integrations.digest import digest, send_digests
from moderation.review.preferences import DeskPreferences, save_preferences
from moderation.web.context import KEY


@pytest.fixture
def mailing(app):
    """Settings with which the site sends mail."""
    app.config[KEY] = dataclasses.replace(
        app.config[KEY],
        smtp_url="smtp://127.0.0.1:1",
        mail_from="site@example.org",
        public_url="https://example.org",
    )
    return app.config[KEY]


@pytest.fixture
def letters(monkeypatch):
    """What was sent."""
    sent = []
    monkeypatch.setattr(mail, "send", lambda message, _: sent.append(message))
    return sent


def wants_it(user, password="x"):
    with writing():
        user.password = password
    save_preferences(user.id, DeskPreferences(digest=True))


def test_who_asked_is_told_what_waits(mailing, letters, comment, moderator, admin):
    wants_it(moderator)
    comment("you idiot")
    comment("A kind word")
    assert send_digests(mailing) == 1
    [letter] = letters
    assert letter["To"] == moderator.email
    assert letter["Subject"] == "1 waiting – Evenkeel"
    body = letter.get_content()
    assert "2 came in and 0 were decided" in body
    assert "https://example.org/review/preferences" in body
    assert "idiot" not in body


def test_what_is_over_its_time_is_counted(app, comment):
    sent = comment("you idiot")
    assert digest().overdue == 0
    assert digest(at=sent.due_at.replace(year=sent.due_at.year + 1)).overdue == 1


def test_nobody_is_written_to_who_did_not_ask_or_cannot_sign_in(mailing, letters, moderator, admin):
    wants_it(moderator)
    with writing():
        moderator.active = False
    assert send_digests(mailing) == 0
    assert letters == []


def test_who_was_only_invited_gets_none(mailing, letters, moderator):
    wants_it(moderator, password=None)
    assert send_digests(mailing) == 0


def test_a_site_without_mail_sends_none(app, letters, moderator):
    wants_it(moderator)
    assert send_digests(app.config[KEY]) == 0


def test_a_refusal_for_one_does_not_keep_it_from_the_next(
    mailing, letters, moderator, admin, monkeypatch
):
    wants_it(moderator)
    wants_it(admin)

    def send(message, _):
        if message["To"] == moderator.email:
            raise smtplib.SMTPRecipientsRefused({})
        letters.append(message)

    monkeypatch.setattr(room.mail, "send", send)
    assert send_digests(mailing) == 1
    assert [letter["To"] for letter in letters] == [admin.email]


def test_an_empty_desk_says_zero(mailing, letters, moderator):
    wants_it(moderator)
    send_digests(mailing, at=now())
    assert "Waiting for a decision: 0\n" in letters[0].get_content()
