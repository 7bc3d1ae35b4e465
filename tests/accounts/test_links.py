"""Links that set a password: once, in time, and only the newest."""

import threading
import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from moderation.accounts import links
from moderation.accounts.links import LinkDead, person_by_link, use_link
from moderation.accounts.passwords import matches
from moderation.accounts.people import disable, enable, invite, make_link
from moderation.accounts.throttle import reserve_try
from moderation.audit.record import SYSTEM
from moderation.db import now
from moderation.web.permissions import Role
from tests.accounts.conftest import PASSWORD

NEW = "nine red kites in May"


@pytest.fixture
def invited(app):
    """Ida's number and the token of her invitation."""
    return invite("ida@example.org", "Ida", Role.MODERATOR, SYSTEM, hours=72)


def dead(token):
    try:
        person_by_link(token)
    except LinkDead:
        return True
    return False


def test_the_invited_sets_a_password_and_is_in(client, invited, sign_in, app, again, events):
    user_id, token = invited
    page = client.get(f"/welcome/{token}")
    assert page.status_code == 200
    assert "Ida" in page.text
    assert "you are invited as moderator" in page.text
    answer = client.post(f"/welcome/{token}", data={"password": NEW})
    assert (answer.status_code, answer.location) == (303, "/review")
    assert client.get("/account").status_code == 200
    assert sign_in("ida@example.org", NEW, by=app.test_client()).status_code == 303
    assert again(user_id).state == "active"
    actions = [action for action, *_ in events()]
    assert actions == ["user.invited", "user.link_made", "user.password_set", "user.signed_in"]


def test_opening_the_page_uses_nothing_up(client, invited):
    for _ in range(3):
        assert client.get(f"/welcome/{invited[1]}").status_code == 200


def test_it_works_once(app, client, invited):
    address = f"/welcome/{invited[1]}"
    client.post(address, data={"password": NEW})
    stranger = app.test_client()
    for answer in (stranger.get(address), stranger.post(address, data={"password": PASSWORD})):
        assert answer.status_code == 404
        assert "Ask an admin for another." in answer.text


def test_it_ends_after_its_hours(app, invited, monkeypatch):
    moment = now()
    monkeypatch.setattr(links, "now", lambda: moment + timedelta(hours=71, minutes=59))
    assert not dead(invited[1])
    monkeypatch.setattr(links, "now", lambda: moment + timedelta(hours=72, minutes=1))
    assert dead(invited[1])


def test_a_newer_link_kills_the_older(app, invited):
    user_id, older = invited
    newer = make_link(user_id, SYSTEM, hours=72)
    assert dead(older)
    assert not dead(newer)


def test_a_password_set_another_way_kills_the_link(mona, client, sign_in):
    token = make_link(mona.id, SYSTEM, hours=72)
    sign_in()
    client.post("/account/password", data={"current": PASSWORD, "password": NEW})
    assert dead(token)


def test_disabling_kills_the_link_and_enabling_does_not_revive_it(app, invited):
    user_id, token = invited
    disable(user_id, SYSTEM)
    assert dead(token)
    enable(user_id, SYSTEM)
    assert dead(token)


def test_the_old_password_works_until_the_new_one_is_set(mona, app, sign_in):
    token = make_link(mona.id, SYSTEM, hours=72)
    assert sign_in(by=app.test_client()).status_code == 303
    use_link(token, NEW)
    assert sign_in(by=app.test_client()).status_code == 422
    assert sign_in(password=NEW, by=app.test_client()).status_code == 303


def test_the_link_lets_in_who_was_locked_out(mona, sign_in, client):
    for _ in range(5):
        reserve_try("mona@example.org", tries=5, wait=900)
    assert sign_in().status_code == 429
    token = make_link(mona.id, SYSTEM, hours=72)
    assert client.post(f"/welcome/{token}", data={"password": NEW}).status_code == 303
    client.post("/logout")
    assert sign_in(password=NEW).status_code == 303


def test_only_a_hash_of_it_is_stored(invited, again):
    user_id, token = invited
    assert len(token) >= 40
    stored = [str(value) for value in vars(again(user_id)).values()]
    assert not [value for value in stored if token in value]


def test_a_weak_password_is_refused_and_the_link_lives_on(client, invited):
    answer = client.post(f"/welcome/{invited[1]}", data={"password": "ida-is-here"})
    assert answer.status_code == 422
    assert "e-mail address out of it" in answer.text
    assert not dead(invited[1])


def test_who_is_signed_in_as_another_becomes_the_invited(mona, client, sign_in, invited):
    sign_in()
    client.post(f"/welcome/{invited[1]}", data={"password": NEW})
    assert "ida@example.org" in client.get("/account").text


def test_a_made_up_link_opens_nothing(client, mona):
    for token in ("x", "None", "%00", "é" * 40, "x" * 3000):
        assert client.get(f"/welcome/{token}").status_code == 404


def test_of_two_who_use_it_at_once_one_sets_the_password(app, invited, again, monkeypatch):
    user_id, token = invited
    won, start = [], threading.Barrier(2)
    give = links.give_password
    monkeypatch.setattr(links, "give_password", lambda *given: time.sleep(0.2) or give(*given))

    def use(password):
        with app.app_context():
            start.wait()
            try:
                use_link(token, password)
                won.append(password)
            except LinkDead:
                pass

    threads = [threading.Thread(target=use, args=(f"the password of {n}",)) for n in "AB"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert matches(won[0], again(user_id).password)


def test_the_link_is_where_the_site_answers(app):
    assert links.address("https://x.example/", "t") == "https://x.example/welcome/t"
    assert urlsplit(links.address("http://127.0.0.1:8000", "t")).path == "/welcome/t"
