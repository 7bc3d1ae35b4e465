"""Every form carries its token, and no POST goes without."""

import re
import shutil

import pytest

from moderation.accounts.passwords import hashed
from moderation.accounts.people import invite
from moderation.accounts.setup import setup_link
from moderation.audit.record import SYSTEM
from moderation.comments.tables import Comment
from moderation.db import db
from moderation.web.permissions import Role
from tests.conftest import settings_for_tests
from tests.web.test_guard import ROUTES

POSTS = [route for route in ROUTES if route.values[1] == "POST"]
PASSWORD = "three small boats at noon"


@pytest.fixture
def settings(tmp_path, sqlite_template):
    """One engine is enough: no database has a part in it."""
    shutil.copy(sqlite_template, tmp_path / "evenkeel.sqlite")
    return settings_for_tests(tmp_path)


@pytest.fixture(autouse=True)
def csrf(app):
    """As it is where the site is served."""
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.mark.parametrize(("endpoint", "method", "path"), POSTS)
def test_a_post_without_a_token_is_refused(admin, signed_in, endpoint, method, path):
    assert signed_in(admin).post(path).status_code == 400


@pytest.mark.parametrize(("endpoint", "method", "path"), POSTS)
def test_the_token_of_somebody_else_is_refused(
    app, admin, moderator, signed_in, endpoint, method, path
):
    other = token_in(signed_in(moderator).get("/account").text)
    assert signed_in(admin).post(path, data={"csrf_token": other}).status_code == 400


def token_in(html):
    return re.search(r'name="csrf_token"[^>]* value="([^"]+)"', html)[1]


def forms_in(html):
    return re.findall(r'<form[^>]*method="post".*?</form>', html, re.S | re.I)


def test_every_form_on_every_page_carries_one(app, admin, moderator, signed_in, comment):
    held = comment("you idiot")
    shown = comment("a kind word")
    _, token = invite("ida@example.org", "Ida", Role.VIEWER, SYSTEM, hours=1)
    pages = {
        app.test_client(): [
            "/",
            "/p/home",
            "/try",
            "/login",
            setup_link(""),
            f"/welcome/{token}",
        ],
        signed_in(admin): [
            "/",
            "/account",
            "/admin",
            "/admin/policy",
            "/admin/people",
            f"/admin/people/{moderator.id}",
            f"/review/{held.id}",
            f"/review/{shown.id}",
            "/review",
            "/audit",
        ],
    }
    seen = 0
    for client, addresses in pages.items():
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200, address
            for form in forms_in(answer.text):
                seen += 1
                assert 'name="csrf_token"' in form, f"{address}: {form[:200]}"
    assert seen > 20


def test_with_its_token_the_sign_in_form_works(make_user, client):
    make_user("Mona", Role.MODERATOR, password=hashed(PASSWORD))
    fields = {"email": "mona@example.org", "password": PASSWORD}
    fields["csrf_token"] = token_in(client.get("/login").text)
    assert client.post("/login", data=fields).status_code == 303
    assert client.get("/account").status_code == 200


def test_the_token_of_the_session_before_is_dead_after_sign_in(make_user, client):
    make_user("Mona", Role.MODERATOR, password=hashed(PASSWORD))
    token = token_in(client.get("/login").text)
    client.post(
        "/login", data={"email": "mona@example.org", "password": PASSWORD, "csrf_token": token}
    )
    assert (
        client.post("/account/name", data={"name": "Eve", "csrf_token": token}).status_code == 400
    )


def test_a_comment_without_a_token_is_not_stored(client):
    client.post("/p/home", data={"author_name": "Tess", "text": "hello"})
    assert db.session.query(Comment).count() == 0
