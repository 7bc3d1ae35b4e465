"""The outbox is delivered: signed, at least once, with patience, and not what was undone."""

import base64
import dataclasses
import hashlib
import hmac
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import select

from moderation.comments.submit import Draft, submit
from moderation.comments.tables import Comment, Status
from moderation.db import db, now
from moderation.integrations import deliver, mail
from moderation.integrations.deliver import MAX_TRIES, deliver_due
from moderation.outbox.tables import Effect
from moderation.review.decide import Judgement, decide
from moderation.review.undo import undo
from moderation.web.context import KEY

SECRET = "a secret of the tests alone"
REJECT = Judgement(Status.REJECTED)


@pytest.fixture
def receiver():
    """A server on this machine that takes what is posted and answers as told."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(self.server.answer)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.got, server.answer = [], 204
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def posting(app, receiver):
    """Settings with a webhook to the receiver."""
    url = f"http://127.0.0.1:{receiver.server_port}/hook"
    changed = dataclasses.replace(app.config[KEY], webhook_url=url, webhook_secret=SECRET)
    app.config[KEY] = changed
    return changed


def effects():
    db.session.rollback()
    return db.session.scalars(select(Effect).order_by(Effect.id)).all()


LATER = timedelta(minutes=1)


def test_a_change_is_posted_signed_and_without_the_text(posting, receiver, comment):
    sent = comment("you idiot")
    assert deliver_due(posting) == 1
    [(headers, body)] = receiver.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()
    told = json.loads(body)
    assert told["type"] == "comment.held"
    assert told["data"]["id"] == sent.id
    assert b"idiot" not in body
    assert deliver_due(posting) == 0, "once is enough"


def test_a_persons_decision_waits_and_an_undo_in_time_is_never_told(
    posting, receiver, comment, moderator
):
    sent = comment("you idiot")
    deliver_due(posting)
    action = decide(sent.id, REJECT, moderator.actor, seen=Status.HELD)
    assert deliver_due(posting) == 0, "it may still be undone"
    undo(action, moderator.actor)
    assert deliver_due(posting, at=now() + LATER) == 0
    assert len(receiver.got) == 1


@pytest.mark.parametrize("answer", [500, 404, 302])
def test_what_is_not_taken_is_tried_again_later_and_given_up_in_the_end(
    posting, receiver, comment, answer
):
    receiver.answer = answer
    comment("you idiot")
    at = now()
    for tries in range(1, MAX_TRIES + 1):
        assert deliver_due(posting, at=at) == 0
        assert deliver_due(posting, at=at) == 0, "not again at once"
        [effect] = effects()
        assert effect.tries == tries == len(receiver.got)
        at = effect.due_at + timedelta(seconds=1)
    assert effect.failed_at is not None
    assert effect.error == f"NotTaken: answered {answer}"
    assert deliver_due(posting, at=at) == 0


def test_nobody_there_is_a_failure_like_any_other(posting, receiver, comment):
    gone = dataclasses.replace(posting, webhook_url="http://127.0.0.1:9/hook")
    comment("you idiot")
    assert deliver_due(gone) == 0
    assert effects()[0].tries == 1


def test_a_process_that_dies_while_sending_sends_again(posting, receiver, comment, monkeypatch):
    def die(*_):
        raise KeyboardInterrupt

    comment("you idiot")
    with monkeypatch.context() as dying, pytest.raises(KeyboardInterrupt):
        dying.setattr(deliver, "_send", die)
        deliver_due(posting)
    assert deliver_due(posting, at=now() + 2 * LATER) == 1


def test_the_author_is_told_what_a_person_decided_and_where_to_read_on(
    app, scorer, moderator, monkeypatch
):
    settings = dataclasses.replace(
        app.config[KEY],
        smtp_url="smtp://127.0.0.1:1",
        mail_from="site@example.org",
        public_url="https://example.org",
    )
    app.config[KEY] = settings
    letters = []
    monkeypatch.setattr(mail, "send", lambda message, _: letters.append(message))
    draft = Draft(page="home", author_name="Tess", author_email="t@example.org", text="you idiot")
    sent = submit(draft, scorer)
    assert effects() == [], "the author is still on the page that says so"
    decide(sent.id, REJECT, moderator.actor, seen=Status.HELD)
    assert deliver_due(settings, at=now() + LATER) == 1
    [letter] = letters
    assert letter["To"] == "t@example.org"
    token = db.session.get_one(Comment, sent.id).status_token
    assert f"https://example.org/c/{token}" in letter.get_content()
    assert "idiot" not in letter.get_content()
