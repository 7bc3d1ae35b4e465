"""Each request has a number, in the log and in the answer."""

import json
import re

import pytest

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
FROM_PROXY = "f3a9c1d2e4b5-0001"


def test_the_answer_and_the_log_carry_the_same_number(app, client, logged):
    import logging

    logging.getLogger().setLevel("INFO")
    number = client.get("/").headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{12}", number)
    [line] = [json.loads(line) for line in logged().splitlines() if '"event": "request"' in line]
    assert line["request"] == number
    assert client.get("/").headers["X-Request-ID"] != number


def test_a_trusted_proxys_number_is_kept(site):
    client = site(trusted_proxies=1).test_client()
    answer = client.get("/nowhere", headers={"X-Request-ID": FROM_PROXY})
    assert answer.headers["X-Request-ID"] == FROM_PROXY


def test_a_strangers_number_is_not(client):
    answer = client.get("/", headers={"X-Request-ID": FROM_PROXY})
    assert answer.headers["X-Request-ID"] != FROM_PROXY


@pytest.mark.parametrize(
    "given", ["short", "x" * 65, "with space 1234", 'quote"12345', "ünïcode-1234"]
)
def test_a_number_that_could_confuse_a_log_is_replaced(site, given):
    client = site(trusted_proxies=1).test_client()
    answer = client.get("/", headers={"X-Request-ID": given.encode("utf-8").decode("latin-1")})
    assert re.fullmatch(r"[0-9a-f]{12}", answer.headers["X-Request-ID"])


def test_a_failure_shows_its_number_to_who_reports_it(client, probe, app):
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def fail():
        raise RuntimeError

    answer = client.get(probe(fail))
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text
