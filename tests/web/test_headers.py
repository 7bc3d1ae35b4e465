"""What every answer says to the browser."""

import re
import shutil

import pytest

from moderation import create_app
from moderation.db import db
from moderation.settings import ROOT
from moderation.web.templating import fingerprint
from tests.conftest import settings_for_tests
from tests.fixed_scorer import FixedScorer


@pytest.fixture
def settings(tmp_path, sqlite_template):
    """One engine is enough: no database has a part in it."""
    shutil.copy(sqlite_template, tmp_path / "evenkeel.sqlite")
    return settings_for_tests(tmp_path)


@pytest.fixture
def https(tmp_path, sqlite_template):
    """A stranger's browser at a site served over HTTPS behind one proxy."""
    shutil.copy(sqlite_template, tmp_path / "evenkeel.sqlite")
    app = create_app(settings_for_tests(tmp_path, https=True, trusted_proxies=1), FixedScorer())
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


PAGES = ["/", "/login", "/try", "/nowhere", "/review", "/static/css/base.css", "/c/" + "x" * 43]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_runs_what_a_comment_brings(client, page):
    with client.get(page) as answer:
        headers = answer.headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert not re.search(r"unsafe|https?:|data:|\*", headers["Content-Security-Policy"])
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("page", [page for page in PAGES if "static" not in page])
def test_no_page_is_kept_by_the_browser(client, page):
    assert client.get(page).headers["Cache-Control"] == "no-store"


def test_a_page_for_who_is_signed_in_is_not_kept_either(signed_in, admin):
    assert signed_in(admin).get("/admin/people").headers["Cache-Control"] == "no-store"


def test_a_static_file_is_kept_where_its_address_names_its_content(client):
    own = fingerprint(ROOT / "static/css/base.css")
    # Of another version: while machines are upgraded one by one, the older one is asked for it.
    other = ("css/base.css?v=abc", False)
    for address, kept in ((f"css/base.css?v={own}", True), ("css/base.css", False), other):
        with client.get(f"/static/{address}") as answer:
            assert ("immutable" in answer.headers.get("Cache-Control", "")) == kept


def cookie_of(answer):
    [cookie] = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("session=")]
    return {part.strip().lower() for part in cookie.split(";")[1:]}


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(app, client):
    app.config["WTF_CSRF_ENABLED"] = True
    attributes = cookie_of(client.get("/login"))
    assert {"httponly", "samesite=lax"} <= attributes
    assert "secure" not in attributes, "this site is served over HTTP"


def test_over_https_the_cookie_is_secure_and_the_browser_told_to_stay(https):
    answer = https.get("/login", headers={"X-Forwarded-Proto": "https"})
    assert {"httponly", "samesite=lax", "secure"} <= cookie_of(answer)
    assert "max-age=" in answer.headers["Strict-Transport-Security"]


def test_where_https_is_on_plain_http_is_sent_there(https):
    answer = https.get("/login")
    assert answer.status_code in (301, 302)
    assert answer.location == "https://localhost/login"


def test_without_https_nothing_promises_it(client):
    assert "Strict-Transport-Security" not in client.get("/login").headers


def test_the_pages_load_nothing_from_elsewhere():
    for template in (ROOT / "templates").rglob("*.html"):
        assert not re.search(r'(?:src|href)="(?:https?:)?//', template.read_text()), template
