"""Errors have pages of their own, and leave no comment text in any log."""

import contextlib

import pytest
from flask import abort, request
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from moderation import create_app
from moderation.db import db
from moderation.web.errors import PAGES
from tests.conftest import settings_for_tests
from tests.page import read

CANARY = "canary-3f9b-in-the-coal-mine"


@pytest.mark.parametrize("status", sorted(PAGES))
def test_every_error_has_a_page_that_says_what_to_do(client, probe, status):
    answer = client.get(probe(lambda: abort(status)))
    assert answer.status_code == status
    page = read(answer)
    title, advice = PAGES[status]
    assert page.one("h1").text == title
    assert advice in page.main
    assert f"Error {status}" in page.main
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("status", [402, 410, 418, 451, 502, 504])
def test_a_rarer_error_has_a_page_too(client, probe, status):
    try:
        address = probe(lambda: abort(status))
    except LookupError:
        pytest.fail(f"werkzeug knows no {status}")
    answer = client.get(address)
    if status != 402:  # unknown to werkzeug: our own mistake
        assert answer.status_code == status
    assert read(answer).one("h1")


def test_the_detail_that_a_view_gives_is_shown_and_escaped(client, probe):
    answer = client.get(probe(lambda: abort(400, "There is no <b>page</b> 7.")))
    assert "There is no <b>page</b> 7." in read(answer).main


@pytest.mark.parametrize(
    ("address", "way_on"),
    [
        ("/review/999999", "Go to the queue"),
        ("/admin", "Go to the queue"),
        ("/no-such-page", "Go to the front page"),
        ("/c/no-such-link", "Go to the front page"),
    ],
)
def test_whoever_works_at_the_desk_is_led_back_to_it(signed_in, moderator, address, way_on):
    answer = signed_in(moderator).get(address)
    assert answer.status_code in (403, 404)
    assert way_on in [link.text for link in read(answer).all("a")]


def test_a_damaged_address_of_a_page_says_where_to_begin(signed_in, moderator):
    answer = signed_in(moderator).get("/review?after=broken")
    assert answer.status_code == 400
    assert "begin at the first page again" in read(answer).main


def test_an_unknown_address_is_not_echoed(client):
    answer = client.get(f"/{CANARY}?{CANARY}")
    assert answer.status_code == 404
    assert CANARY not in answer.text


def test_a_wrong_method_says_which_are_right(client):
    answer = client.delete("/try")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))
    assert read(answer).one("h1").text == "Not that way"


@pytest.mark.parametrize("address", ["/", "/p/bikes", "/try", "/login"])
def test_too_large_a_body_is_refused(client, address):
    answer = client.post(address, data={"name": "Tess", "text": "x" * 300_000})
    assert answer.status_code == 413
    assert "10,000 characters" in read(answer).main


def test_a_view_that_raises_gives_our_page_and_a_log_line_without_the_text(
    client, probe, logged, capfd
):
    def fail():
        raise ValueError(f"cannot handle {request.form['text']}")

    answer = client.post(probe(fail), data={"text": CANARY})
    assert answer.status_code == 500
    assert read(answer).one("h1").text == "Our mistake"
    assert CANARY not in answer.text
    written = logged()
    assert "unhandled_exception" in written
    assert "ValueError" in written
    assert "test_errors.py" in written, "where it happened is told"
    everything = written + "".join(capfd.readouterr())
    assert CANARY not in everything


def test_an_error_of_the_database_quotes_nothing_in_the_log(client, probe, logged, capfd):
    def fail():
        db.session.execute(text("SELECT :comment FROM no_such_table"), {"comment": CANARY})

    answer = client.post(probe(fail))
    assert answer.status_code in (500, 503)
    assert CANARY not in answer.text
    assert CANARY not in logged() + "".join(capfd.readouterr())
    assert "exception" in logged()


def test_a_chain_of_errors_quotes_nothing_in_the_log(client, probe, logged):
    def fail():
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            error.add_note(CANARY)
            raise RuntimeError(CANARY) from error

    assert client.get(probe(fail)).status_code == 500
    assert "RuntimeError" in logged()
    assert CANARY not in logged()


def test_a_comment_that_fails_on_its_way_leaves_no_text_in_the_log(client, scorer, logged, capfd):
    scorer.chokes_on = CANARY
    client.post("/", data={"name": CANARY, "email": f"{CANARY}@e.org", "text": CANARY})
    client.post("/", data={"name": CANARY * 9, "email": CANARY, "text": CANARY})
    client.post("/try", data={"text": CANARY})
    client.get(f"/c/{CANARY}?after={CANARY}")
    client.get(f"/?after={CANARY}")
    assert "scoring_failed" in logged()
    assert CANARY not in logged() + "".join(capfd.readouterr())


@pytest.mark.parametrize("error", [OperationalError("SELECT 1", {}, Exception()), PoolTimeout()])
def test_a_database_that_does_not_answer_is_said_so(client, probe, error):
    def fail():
        raise error

    answer = client.get(probe(fail))
    assert answer.status_code == 503
    assert "did not answer in time" in read(answer).main


@pytest.mark.parametrize("url", ["", "postgresql://nobody@127.0.0.1:1/none"])
@pytest.mark.parametrize("signed_in", [False, True])
def test_errors_are_shown_with_the_database_away(tmp_path, scorer, url, signed_in):
    app = create_app(settings_for_tests(tmp_path / "gone", database_url=url), scorer)
    client = app.test_client()
    if signed_in:  # a session whose person would have to be looked up
        with client.session_transaction() as session:
            session["_user_id"] = "somebody"
            session["_fresh"] = True
    expected = {"/": 503, "/c/abc": 503, "/nowhere": 404, "/p/-": 404, "/?after=x": 400}
    for address, status in expected.items():
        answer = client.get(address)
        # Who is signed in stands in the database, so their every page may need it.
        assert answer.status_code in ({503, status} if signed_in else {status}), address
        assert read(answer).one("h1")
    assert client.get("/review").status_code == (503 if signed_in else 302)
    with app.app_context(), contextlib.suppress(Exception):
        db.engine.dispose()


def test_the_page_for_an_error_needs_no_template_of_the_desk(client, moderator, signed_in):
    answer = signed_in(moderator).get("/review/999999")
    assert answer.status_code == 404
    page = read(answer)
    assert not page.all("nav")
    assert page.all("a", href="/")
