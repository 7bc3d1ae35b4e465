"""Under which names the site answers."""

import shutil

import pytest

from moderation.settings import Settings
from tests.conftest import settings_for_tests
from tests.page import read

OURS = "comments.example.org, .example.net"
OTHERS = [
    "evil.example",
    "example.org",
    "comments.example.org.evil.example",
    "127.0.0.1",
    "ex ample",
]


@pytest.fixture
def settings(sqlite_template, tmp_path):
    """One engine is enough: no database has a part in it."""
    shutil.copy(sqlite_template, tmp_path / "evenkeel.sqlite")
    return settings_for_tests(tmp_path)


@pytest.mark.parametrize(
    "name",
    ["comments.example.org", "Comments.Example.Org:8443", "example.net", "a.b.example.net"],
)
def test_it_answers_under_its_names(site, name):
    client = site(allowed_hosts=OURS).test_client()
    assert client.get("/", headers={"Host": name}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/login", "/review", "/nowhere", "/static/css/base.css"])
def test_it_refuses_any_other_name_and_does_not_echo_it(site, path):
    client = site(allowed_hosts=OURS).test_client()
    for name in OTHERS:
        answer = client.get(path, headers={"Host": name})
        assert answer.status_code == 400, name
        assert "does not answer under that name" in read(answer).main, name
        assert name not in answer.text
        assert "Location" not in answer.headers


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_load_balancer_asks_by_address(site, path):
    client = site(allowed_hosts=OURS).test_client()
    assert client.get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200


def test_the_public_address_names_the_host_where_nothing_else_does(site):
    client = site(public_url="https://comments.example.org/").test_client()
    assert client.get("/", headers={"Host": "comments.example.org"}).status_code == 200
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_with_neither_any_name_will_do():
    assert Settings.read({}).hosts == []


def test_a_forwarded_name_counts_only_where_the_proxy_is_trusted(site):
    headers = {"Host": "comments.example.org", "X-Forwarded-Host": "evil.example"}
    assert site(allowed_hosts=OURS).test_client().get("/", headers=headers).status_code == 200
    behind = site(allowed_hosts=OURS, trusted_proxies=1).test_client()
    assert behind.get("/", headers=headers).status_code == 400
