"""How long a session lasts, and what ends it."""

import time

import pytest
from itsdangerous import TimestampSigner

from moderation.accounts import security
from moderation.accounts.links import new_link, use_link
from moderation.accounts.people import change_role, disable, enable
from moderation.audit.record import SYSTEM
from moderation.db import db, writing
from moderation.web.permissions import Role
from tests.accounts.conftest import PASSWORD


@pytest.fixture
def clock(monkeypatch):
    """Hours that pass for the session cookie."""
    hours = [0.0]
    monkeypatch.setattr(
        TimestampSigner, "get_timestamp", lambda self: int(time.time() + hours[0] * 3600)
    )
    return hours


def is_in(client):
    return client.get("/account").status_code == 200


def test_a_session_ends_after_twelve_idle_hours_and_not_before(mona, client, sign_in, clock):
    sign_in()
    for hour in (11, 22, 33):  # never idle for twelve
        clock[0] = hour
        assert is_in(client)
    clock[0] = 33 + 12.1
    assert not is_in(client)


def test_an_old_copy_of_the_cookie_is_dead_on_the_server_too(mona, app, client, sign_in, clock):
    sign_in()
    copy = client.get_cookie("session").value
    clock[0] = 12.1
    thief = app.test_client()
    thief.set_cookie("session", copy)
    assert not is_in(thief)


def test_signing_out_ends_the_session(mona, client, sign_in):
    sign_in()
    assert client.post("/logout").location == "/login"
    assert not is_in(client)
    assert client.get("/logout").status_code == 405


def test_a_new_password_ends_all_sessions_but_the_one_that_set_it(mona, app, client, sign_in):
    other = app.test_client()
    sign_in()
    sign_in(by=other)
    answer = client.post(
        "/account/password", data={"current": PASSWORD, "password": "nine red kites in May"}
    )
    assert answer.status_code == 303
    assert is_in(client)
    assert not is_in(other)


def test_a_reset_ends_all_sessions(mona, client, sign_in):
    sign_in()
    with writing():
        token = new_link(db.session.merge(mona), SYSTEM, hours=1)
    assert is_in(client), "making the link alone ends nothing"
    use_link(token, "nine red kites in May")
    assert not is_in(client)


def test_a_disabled_person_is_out_at_the_next_request_and_stays_out(mona, client, sign_in):
    sign_in()
    disable(mona.id, SYSTEM)
    assert not is_in(client)
    enable(mona.id, SYSTEM)
    assert not is_in(client), "an old session must not come back to life"


def test_signing_out_everywhere_ends_every_session(mona, app, client, sign_in):
    other = app.test_client()
    sign_in()
    sign_in(by=other)
    assert client.post("/account/sign-out-everywhere").location == "/login"
    assert not is_in(client)
    assert not is_in(other)


def test_a_new_role_holds_from_the_next_request(mona, client, sign_in):
    sign_in()
    assert client.get("/audit").status_code == 200
    change_role(mona.id, Role.VIEWER, SYSTEM)
    assert client.get("/audit").status_code == 403


def test_nothing_of_the_session_before_lives_on(mona, client, sign_in):
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    sign_in()
    with client.session_transaction() as session:
        assert "planted" not in session


@pytest.mark.parametrize("where", ["header", "address", "json"])
def test_no_token_stands_in_for_a_session(mona, app, client, where):
    with app.test_request_context():
        token = mona.get_auth_token()
    sent = {
        "header": {"headers": {"Authentication-Token": token}},
        "address": {"query_string": {"auth_token": token}},
        "json": {"json": {"auth_token": token}},
    }[where]
    assert client.get("/account", **sent).status_code == 302


def test_last_seen_is_written_now_and_then(mona, client, sign_in, again, monkeypatch):
    sign_in()
    is_in(client)
    first = again(mona.id).last_seen_at
    assert first is not None
    is_in(client)
    assert again(mona.id).last_seen_at == first
    monkeypatch.setattr(security, "now", lambda: first + security.SEEN_EVERY)
    is_in(client)
    assert again(mona.id).last_seen_at == first + security.SEEN_EVERY


def test_a_file_for_everybody_carries_nobodys_cookie(mona, client, sign_in):
    sign_in()
    assert "Set-Cookie" in client.get("/account").headers
    with client.get("/static/favicon.svg") as file:
        assert "Set-Cookie" not in file.headers
