"""Who comes in at /login, where they go then, and what a stranger learns."""

import pytest

from moderation.accounts import passwords
from moderation.accounts.people import disable, enable
from moderation.accounts.views import own_path
from moderation.audit.record import SYSTEM
from moderation.web.permissions import Role
from tests.accounts.conftest import PASSWORD


def signed_in_as(client):
    return client.get("/account").status_code == 200


def test_the_right_password_leads_to_the_queue(mona, client, sign_in, events):
    answer = sign_in()
    assert (answer.status_code, answer.location) == (303, "/review")
    assert signed_in_as(client)
    assert events() == [("user.signed_in", mona.id, None, None)]


def test_case_and_space_around_the_address_do_not_matter(mona, sign_in):
    assert sign_in(email="  MONA@Example.ORG ").status_code == 303


def test_letters_composed_differently_are_the_same_password(make_user, sign_in):
    make_user("Zoe", Role.VIEWER, password=passwords.hashed("caf\u00e9 au lait, s'il vous plait"))
    answer = sign_in("zoe@example.org", "cafe\u0301 au lait, s'il vous plait")
    assert answer.status_code == 303


WRONG = [
    ("mona@example.org", "three small boats"),
    ("mona@example.org", PASSWORD.upper()),
    ("nobody@example.org", PASSWORD),
    ("invited@example.org", PASSWORD),
    ("invited@example.org", "None"),
    ("gone@example.org", PASSWORD),
    ("' OR 1=1 --", PASSWORD),
]


def test_everything_wrong_gets_the_same_answer_and_costs_one_hash(
    mona, make_user, client, sign_in, monkeypatch
):
    make_user("Invited", Role.VIEWER)
    gone = make_user("Gone", Role.VIEWER, password=passwords.hashed(PASSWORD))
    disable(gone.id, SYSTEM)
    work = []
    for name in ("hash_password", "verify_password"):
        original = getattr(passwords, name)
        monkeypatch.setattr(passwords, name, lambda *a, f=original, n=name: work.append(n) or f(*a))
    for email, password in WRONG:
        work.clear()
        answer = sign_in(email, password)
        assert answer.status_code == 422
        assert "E-mail or password is wrong." in answer.text
        assert len(work) == 1, "the time must not tell either"
        assert not signed_in_as(client)


def test_the_form_keeps_the_address_and_never_the_password(mona, sign_in):
    answer = sign_in(password="my secret typo")
    assert "mona@example.org" in answer.text
    assert "my secret typo" not in answer.text


@pytest.mark.parametrize("fields", [{}, {"email": "mona@example.org"}, {"password": PASSWORD}])
def test_an_empty_field_is_no_try(mona, client, sign_in, fields):
    for _ in range(8):
        assert client.post("/login", data=fields).status_code == 422
    assert sign_in().status_code == 303


def test_json_of_any_shape_is_no_accident(client):
    for body in ({"email": ["a"], "password": {"b": 1}}, [], [1], "x", None, 5):
        assert client.post("/login", json=body).status_code == 422


def test_strange_characters_and_lengths_are_just_wrong(client):
    for email, password in (
        ("a\0b@example.org", "x\0y"),
        ("\U0001f600@x", "\ud800"),
        ("a" * 9999, "b" * 9999),
    ):
        fields = {"email": email, "password": password.encode("utf-8", "surrogatepass")}
        assert client.post("/login", data=fields).status_code == 422


def test_somebody_signed_in_is_sent_on(mona, client, sign_in):
    sign_in()
    assert client.get("/login").location == "/review"


def test_the_way_leads_back_to_where_the_person_wanted_to_be(mona, client, sign_in):
    asked = client.get("/review?state=published&author=J%C3%BCrgen")
    page = client.get(asked.location)
    assert page.status_code == 200
    answer = sign_in(next="/review?state=published&author=J%C3%BCrgen")
    assert answer.location == "/review?state=published&author=J%C3%BCrgen"


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "\x19//evil.example",
    "http://[",
    "http://localhost:99999/",
    "javascript:alert(1)",
    "review",
    "/\u200a/evil.example",
    "",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_crafted_target_is_no_own_path(target):
    assert own_path(target) is None


def test_no_crafted_link_leads_elsewhere(mona, client, sign_in):
    for target in ELSEWHERE:
        answer = sign_in(next=target)
        assert (answer.status_code, answer.location) == (303, "/review")
        client.post("/logout")


@pytest.mark.parametrize("path", ["/", "/review/12", "/audit?by=people&action=%C3%A9#top"])
def test_own_paths_are_kept(path):
    assert own_path(path) == path


def test_a_disabled_person_comes_in_again_once_enabled(mona, sign_in):
    disable(mona.id, SYSTEM)
    assert sign_in().status_code == 422
    enable(mona.id, SYSTEM)
    assert sign_in().status_code == 303


def test_the_library_brings_no_routes_and_no_commands_of_its_own(app, client):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert not [name for name in endpoints if name.startswith("security.")]
    assert client.get("/verify").status_code == 404
    assert not {"users", "roles"} & set(app.cli.commands)


def test_a_password_is_kept_as_argon2id_and_nothing_else(mona):
    assert mona.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in mona.password
