"""The first admin, and nobody after."""

import threading
import time
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from moderation.accounts import setup
from moderation.accounts.people import invite
from moderation.accounts.setup import setup_link
from moderation.accounts.tables import User
from moderation.audit.record import SYSTEM
from moderation.db import db
from moderation.web.permissions import Role
from tests.accounts.conftest import PASSWORD

FIELDS = {"name": "Ada", "email": "Ada@example.org", "password": PASSWORD}


@pytest.fixture
def link(app):
    """The path of a set-up link."""
    return urlsplit(setup_link("http://127.0.0.1:8000/")).path


def people():
    db.session.rollback()
    return db.session.scalars(select(User)).all()


def test_it_makes_the_admin_and_signs_them_in(client, link, events):
    assert client.get(link).status_code == 200
    answer = client.post(link, data=FIELDS)
    assert (answer.status_code, answer.location) == (303, "/admin")
    page = client.get("/admin")
    assert page.status_code == 200
    assert "Welcome, Ada. You are the first admin." in page.text
    [ada] = people()
    assert (ada.email, ada.display_name, ada.role, ada.state) == (
        "ada@example.org",
        "Ada",
        "admin",
        "active",
    )
    assert events() == [("user.first_admin", ada.id, None, "admin")]


def test_the_admin_can_sign_in_afterwards(app, client, link, sign_in):
    client.post(link, data=FIELDS)
    assert sign_in("ada@example.org", by=app.test_client()).status_code == 303


def test_every_start_prints_a_valid_link_and_all_die_with_the_first_admin(app, client, link):
    newer = urlsplit(setup_link("https://x.example")).path
    assert newer != link
    assert client.get(newer).status_code == 200
    client.post(link, data=FIELDS)
    stranger = app.test_client()
    for dead in (link, newer):
        answer = stranger.get(dead)
        assert answer.status_code == 404
        assert "no longer works" in answer.text
        assert stranger.post(dead, data={**FIELDS, "email": "eve@example.org"}).status_code == 404
    assert len(people()) == 1
    assert setup_link("http://x") is None


def test_a_made_up_link_opens_nothing(client):
    for token in ("x", "a.b", "IjEi.AAAA", "%00", "é", "x" * 3000):
        assert client.get(f"/setup/{token}").status_code == 404
        assert client.post(f"/setup/{token}", data=FIELDS).status_code == 404
    assert people() == []


def test_nobody_can_sign_in_while_people_are_only_invited(app):
    invite("ida@example.org", "Ida", Role.ADMIN, SYSTEM, hours=1)
    assert setup_link("http://x") is not None


def test_there_is_no_link_once_somebody_can_sign_in(mona):
    assert setup_link("http://x") is None


def test_an_invited_address_is_not_taken_over(client, link):
    invite("ada@example.org", "Ada", Role.VIEWER, SYSTEM, hours=1)
    answer = client.post(link, data=FIELDS)
    assert answer.status_code == 422
    assert "invited already" in answer.text
    assert [user.role for user in people()] == ["viewer"]


WRONG = [
    ({"name": "  "}, "Write a name."),
    ({"name": "A" * 81}, "at most 80 characters"),
    ({"email": "ada"}, "such as ana@example.org"),
    ({"email": "a@b@c"}, "such as ana@example.org"),
    ({"password": "tiny"}, "at least 10 characters"),
    ({"password": "ada is my name"}, "e-mail address out of it"),
]


def test_a_wrong_field_is_named_and_the_rest_stays_filled(client, link):
    for wrong, says in WRONG:
        answer = client.post(link, data={**FIELDS, **wrong})
        assert answer.status_code == 422
        assert says in answer.text
        assert ("Ada@example.org".casefold() in answer.text) == ("email" not in wrong)
        assert PASSWORD not in answer.text
    assert people() == []


def test_of_people_who_race_for_the_link_one_becomes_admin(app, link, monkeypatch):
    answers, start = [], threading.Barrier(4)
    find = setup.person_by_email
    monkeypatch.setattr(setup, "person_by_email", lambda email: time.sleep(0.2) or find(email))

    def hurry(n):
        start.wait()
        fields = {"name": f"Person {n}", "email": f"p{n}@example.org", "password": PASSWORD}
        answers.append(app.test_client().post(link, data=fields).status_code)

    threads = [threading.Thread(target=hurry, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 404, 404, 404]
    assert len(people()) == 1
