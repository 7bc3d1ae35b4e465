"""Rate limits: by address, per worker unless Redis is there, and only on sending."""

import os

import pytest
from sqlalchemy.exc import OperationalError

from moderation.comments import views as comments
from moderation.web import errors

REDIS = os.environ.get("EVENKEEL_TEST_REDIS", "")
FORM = {"name": "Tess", "text": "A kind word"}


def raise_away(*_):
    raise OperationalError("BEGIN", None, TimeoutError())


def send(client, n, **environ):
    answer = client.post("/", data=FORM | {"text": f"Word {n}"}, environ_base=environ)
    return answer.status_code


def test_each_address_is_counted_for_itself(site):
    client = site(comment_limit="2 per minute").test_client()
    assert [send(client, n, REMOTE_ADDR="192.0.2.1") for n in range(3)] == [303, 303, 429]
    assert send(client, 4, REMOTE_ADDR="192.0.2.2") == 303


def test_all_pages_share_one_count(site):
    client = site(comment_limit="2 per minute").test_client()
    answers = [client.post(f"/p/page-{n}", data=FORM).status_code for n in range(3)]
    assert answers == [303, 303, 429]


def test_trying_and_sending_are_counted_apart(site):
    client = site(comment_limit="1 per minute", try_limit="1 per minute").test_client()
    assert send(client, 1) == 303
    assert client.post("/try", data=FORM).status_code == 200
    assert send(client, 2) == 429


def test_reading_is_never_limited(site):
    client = site(comment_limit="1 per minute", try_limit="1 per minute").test_client()
    assert {client.get(a).status_code for a in ["/", "/try", "/p/bikes"] * 10} == {200}


def test_only_who_came_too_often_is_told_when_to_come_back(site, monkeypatch):
    client = site(comment_limit="2 per hour").test_client()
    taken = client.post("/", data=FORM)
    assert (taken.status_code, taken.headers.get("Retry-After")) == (303, None)
    monkeypatch.setattr(comments, "submit", raise_away)
    away = client.post("/", data=FORM)
    assert (away.status_code, away.headers["Retry-After"]) == (503, errors.SOON)
    refused = client.post("/", data=FORM)
    assert refused.status_code == 429
    assert 3500 < int(refused.headers["Retry-After"]) <= 3601


def test_a_page_without_a_form_of_its_own_says_so_too(app, site):
    client = site().test_client()
    answers = [client.post("/login", data={}) for _ in range(61)]
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 61


def test_a_proxy_is_believed_only_where_the_settings_say_so(site):
    def codes(**changes):
        client = site(comment_limit="1 per minute", **changes).test_client()
        return [
            client.post("/", data=FORM, headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
            for n in range(2)
        ]

    assert codes() == [303, 429], "or anybody could invent addresses"
    assert codes(trusted_proxies=1) == [303, 303]


@pytest.mark.redis
@pytest.mark.skipif(not REDIS, reason="no Redis: set EVENKEEL_TEST_REDIS=redis://…")
def test_two_workers_share_one_count_in_redis(site):
    import redis

    redis.Redis.from_url(REDIS).flushdb()
    one, two = (site(comment_limit="2 per minute", redis_url=REDIS).test_client() for _ in range(2))
    assert [send(one, 1), send(two, 2), send(one, 3), send(two, 4)] == [303, 303, 429, 429]


@pytest.mark.redis
def test_with_redis_away_each_worker_counts_for_itself(site):
    client = site(comment_limit="2 per minute", redis_url="redis://127.0.0.1:1/0").test_client()
    codes = [send(client, n) for n in range(4)]
    assert set(codes) <= {303, 429}
    assert codes[-1] == 429
