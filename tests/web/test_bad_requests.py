"""Bad input is answered with a 4xx that says what to do: never with a 500."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.web.permissions import Role
from tests.page import read

NASTY = [
    "",
    " ",
    "\0",
    "a\0b",
    "\u202e\u200b",
    "-1",
    "0",
    "1e400",
    "nan",
    "٣",
    "9" * 30,
    "9" * 5000,
    "true",
    "null",
    "[]",
    '{"a":1}',
    "' OR 1=1 --",
    "%",
    "_",
    "\\",
    "*",
    '"',
    "../../etc/passwd",
    "<script>",
    "x" * 3000,
    "\U0001f600" * 50,
    "2026-13-45",
    "9999-12-31",
    "0001-01-01",
    "held",
    "admin",
]
# (content type, body) that no browser's form would send.
BODIES = [
    ("application/x-www-form-urlencoded", b"name=%ff%fe&text=%c3%28&note=%ff&email=%80"),
    ("application/x-www-form-urlencoded", b"\xff\xfe=\xff&&&===&%"),
    ("application/x-www-form-urlencoded", b"text=a&text=b&name=a&name=b&to=a&to=b"),
    ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(3000))),
    ("application/x-www-form-urlencoded; charset=utf-16", b"t\0e\0x\0t\0=\0a\0"),
    ("application/x-www-form-urlencoded", b""),
    ("application/json", b"[]"),
    ("application/json", b'["name", "text"]'),
    ("application/json", b'"text"'),
    ("application/json", b"null"),
    ("application/json", b"{"),
    ("application/json", b"\xff"),
    ("application/json", b'{"name": {"a": 1}, "text": ["x"], "email": 7}'),
    ("application/json", b'{"name": "Tess", "text": "\\ud800"}'),
    ("text/plain", b"name=Tess&text=hello"),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", b"--y\r\n\r\n--x"),
    ("multipart/form-data; boundary=" + "x" * 300, b"--x--"),
    ("", b"\0\0\0"),
    ("nonsense", b"text=x"),
]
SPECIAL = {"token": "abc", "key": "home"}  # all others are numbers


def addresses(app, method):
    """Every address that answers to a method, with plausible values in it."""
    found = []
    for rule in app.url_map.iter_rules():
        if method in rule.methods and rule.endpoint != "static":
            values = {name: SPECIAL.get(name, 1) for name in rule.arguments}
            found.append(rule.build(values)[1])
    assert len(found) > 5
    return found


@pytest.fixture
def both(app, signed_in, make_user):
    """New browsers of a stranger and of an admin: a request may end their session."""
    admin = make_user("Ada", Role.ADMIN)
    make_user("Eve", Role.ADMIN)  # so that Ada may lose her role
    return lambda: [app.test_client(), signed_in(admin)]


def assert_answered(answer, what):
    assert answer.status_code < 500, what
    if answer.status_code >= 400 and "<html" in answer.text:  # some are parts of a page
        assert read(answer).all("h1"), what


def test_whatever_body_is_sent_nothing_breaks(app, both, comment):
    comment("you idiot")
    for address in addresses(app, "POST"):
        for kind, body in BODIES:
            for client in both():
                answer = client.post(address, data=body, content_type=kind)
                assert_answered(answer, (address, kind, body[:60]))


def test_a_file_in_the_place_of_a_text_breaks_nothing(app, both, comment):
    comment("you idiot")
    for address in addresses(app, "POST"):
        for client in both():
            fields = {
                name: (io.BytesIO(b"\xff\0"), "a.exe")
                for name in ("name", "text", "email", "note", "to", "seen", "password", "role")
            }
            answer = client.post(address, data=fields, content_type="multipart/form-data")
            assert_answered(answer, address)


def test_whatever_stands_in_a_query_nothing_breaks(app, both, comment):
    comment("you idiot")
    names = ("after", "before", "text", "author", "page", "state", "label", "least", "most")
    names += ("order", "author_of", "done", "use", "next", "action", "who", "subject", "from", "to")
    stranger, admin = both()
    for address in addresses(app, "GET"):
        for value in NASTY:
            query = dict.fromkeys(names, value[:2000])
            assert_answered(stranger.get(address, query_string=query), (address, value[:40]))
            assert_answered(admin.get(address, query_string=query), (address, value[:40]))
            for name in names if address in ("/review", "/audit") else ():
                assert_answered(
                    admin.get(address, query_string={name: value[:2000]}), (name, value[:40])
                )
        for raw in ("%ff=%ff", "after=%ff", "text=%00", "&&=&", "a" * 4000, "text=a&text=b", "%"):
            assert_answered(admin.get(f"{address}?{raw}"), (address, raw[:40]))


def test_whatever_is_typed_into_a_form_nothing_breaks(app, both, comment):
    comment("you idiot")
    names = ("name", "text", "email", "submission_key", "website", "csrf_token", "example", "note")
    names += ("to", "seen", "role", "password", "current", "base", "previewed", "save", "next")
    names += ("toxic-review", "insult-review", "insult-auto_reject")
    for address in addresses(app, "POST"):
        for value in NASTY:
            for client in both():
                fields = dict.fromkeys(names, value)
                assert_answered(client.post(address, data=fields), (address, value[:40]))


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "x"])
def test_an_unknown_method_is_refused(app, client, method):
    for address in ("/", "/p/home", "/try", "/c/abc", "/review", "/nowhere"):
        answer = client.open(address, method=method)
        assert answer.status_code in (404, 405)


def test_head_and_options_are_answered(app, client):
    for address in addresses(app, "GET"):
        assert client.head(address).status_code < 500
        assert client.options(address).status_code < 500


@pytest.mark.parametrize(
    "address",
    ["/p/%ff", "/p/%00", "/c/%00", "/c/%ff%fe", "/review/0", "/review/-1", "/review/1e3",
     "/review/99999999999999999999", "/review/9223372036854775807", "/admin/people/%00",
     "/static/../wsgi.py", "/static/%2e%2e/wsgi.py", "/static/%00", "/static/%ff", "//", "/%",
     "/p/" + "a" * 5000],
)  # fmt: skip
def test_a_malformed_address_is_refused(app, client, admin, signed_in, address):
    for someone in (client, signed_in(admin)):
        answer = someone.get(address)
        assert answer.status_code < 500
        assert b"create_app" not in answer.data


text = st.text(max_size=300) | st.sampled_from(NASTY)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=text, email=text, body=text, key=text, example=text, cursor=text)
def test_the_public_forms_take_any_text(app, client, name, email, body, key, example, cursor):
    fields = {"name": name, "email": email, "text": body, "submission_key": key}
    assert client.post("/p/any", data=fields).status_code in (303, 422)
    assert client.post("/try", data={"text": body, "example": example}).status_code in (200, 422)
    assert client.get("/p/any", query_string={"after": cursor}).status_code in (200, 400)
    read(client.get("/p/any"))
