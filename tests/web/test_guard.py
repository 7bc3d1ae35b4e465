"""Deny by default: every route, every role."""

import logging
import shutil

import pytest

from moderation.web.guard import PUBLIC, declared
from moderation.web.permissions import GRANTED, Permission, Role
from tests.conftest import settings_for_tests
from tests.routes import routes

# What a stranger may open. A line more is a decision.
OPEN_TO_ANYONE = {
    "static",
    "comments.page",
    "comments.send",
    "comments.status",
    "comments.try_it",
    "comments.try_text",
    "reports.ask",
    "reports.send",
    "reports.thanks",
    "accounts.sign_in",
    "accounts.setup",
    "accounts.welcome",
    "operations.alive",
    "operations.metrics",
    "operations.ready",
}


ROUTES = [
    pytest.param(one.endpoint, one.method, one.path, id=f"{one.method} {one.rule}")
    for one in routes()
]
GUARDED = [route for route in ROUTES if route.values[0] not in OPEN_TO_ANYONE]


@pytest.fixture
def settings(tmp_path, sqlite_template):
    """One engine is enough: the guard asks the person's role and nothing else."""
    shutil.copy(sqlite_template, tmp_path / "evenkeel.sqlite")
    return settings_for_tests(tmp_path)


def test_the_open_routes_are_the_ones_listed_here(app):
    opened = {
        rule.endpoint for rule in app.url_map.iter_rules() if declared(app, rule.endpoint) == PUBLIC
    }
    assert opened == OPEN_TO_ANYONE


def test_every_other_route_asks_for_one_permission_that_somebody_holds(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in OPEN_TO_ANYONE:
            permission = declared(app, rule.endpoint)
            assert isinstance(permission, Permission), rule.endpoint
            assert permission in GRANTED[Role.ADMIN], rule.endpoint


@pytest.mark.parametrize(("endpoint", "method", "path"), GUARDED)
def test_a_stranger_is_sent_to_sign_in(client, endpoint, method, path):
    answer = client.open(path, method=method)
    if method == "GET":
        assert answer.status_code == 302
        assert answer.location == f"/login?next={path}"
    else:
        assert answer.status_code == 401


@pytest.mark.parametrize(("endpoint", "method", "path"), GUARDED)
def test_who_lacks_the_permission_is_refused_and_who_holds_it_is_not(
    app, viewer, moderator, admin, signed_in, endpoint, method, path
):
    permission = declared(app, endpoint)
    for person in (viewer, moderator, admin):
        status = signed_in(person).open(path, method=method).status_code
        if permission in GRANTED[Role(person.role)]:
            assert status < 500
            assert status not in (401, 403), person.display_name
        else:
            assert status == 403, person.display_name


@pytest.mark.parametrize("person", [None, "viewer", "admin"])
def test_a_route_that_declares_nothing_answers_nobody(app, request, signed_in, caplog, person):
    app.add_url_rule("/forgotten", "forgotten", lambda: "a secret")
    client = signed_in(request.getfixturevalue(person)) if person else app.test_client()
    with caplog.at_level(logging.ERROR):
        answer = client.get("/forgotten")
    assert answer.status_code == 403
    assert "a secret" not in answer.text
    assert declared(app, "forgotten") is None, "and the structure test fails for it"
    assert any("undeclared_route" in str(record.msg) for record in caplog.records)


def test_another_method_opens_no_other_door(app, client, viewer, signed_in):
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        for asker in (client, signed_in(viewer)):
            assert asker.open("/admin/people", method=method).status_code in (401, 403, 405)


def test_head_is_guarded_like_get(client, viewer, signed_in):
    assert client.head("/admin/people").status_code in (302, 401)
    assert signed_in(viewer).head("/admin/people").status_code == 403


def test_each_role_holds_what_the_one_below_holds():
    assert GRANTED[Role.VIEWER] < GRANTED[Role.MODERATOR] < GRANTED[Role.ADMIN]
    assert GRANTED[Role.ADMIN] == set(Permission)


def test_an_address_with_raw_bytes_in_it_is_no_accident(client):
    answer = client.get("/review", environ_overrides={"QUERY_STRING": "author=\xff\xfe"})
    assert answer.status_code == 302
