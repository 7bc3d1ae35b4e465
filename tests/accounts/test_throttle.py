"""Wrong passwords: how many, how long, and that no race gets one more."""

import json
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from moderation import db as db_module
from moderation.accounts import authenticate as authenticate_module
from moderation.accounts import throttle
from moderation.accounts.tables import SignInTries
from moderation.accounts.throttle import MustWait, reserve_try
from moderation.db import db, now
from moderation.settings import ROOT

TRIES, WAIT = 5, 900  # the defaults


@pytest.fixture
def later(monkeypatch):
    """Let seconds pass for the throttle."""

    def pass_by(seconds):
        moment = now() + timedelta(seconds=seconds)
        monkeypatch.setattr(throttle, "now", lambda: moment)

    return pass_by


@pytest.mark.parametrize("email", ["mona@example.org", "nobody@example.org"])
def test_after_five_wrong_passwords_the_account_waits(mona, sign_in, email):
    for _ in range(TRIES):
        assert sign_in(email, "wrong").status_code == 422
    answer = sign_in(email, "wrong")
    assert answer.status_code == 429
    assert "Too many wrong passwords. Wait 15 minutes, then try again." in answer.text
    assert 890 < int(answer.headers["Retry-After"]) <= 900


def test_the_right_password_is_refused_too_while_the_account_waits(mona, sign_in, client):
    for _ in range(TRIES):
        sign_in(password="wrong")
    assert sign_in().status_code == 429
    assert client.get("/account").status_code == 302


def test_the_wait_ends_and_is_not_drawn_out_by_trying(mona, sign_in, later):
    for _ in range(TRIES):
        sign_in(password="wrong")
    later(WAIT - 10)
    assert sign_in().status_code == 429
    later(WAIT + 1)
    assert sign_in().status_code == 303


def test_after_the_wait_there_are_five_new_tries_and_no_more(mona, sign_in, later):
    for _ in range(TRIES):
        sign_in(password="wrong")
    later(WAIT + 1)
    answers = [sign_in(password="wrong").status_code for _ in range(TRIES + 1)]
    assert answers == [422] * TRIES + [429]


def test_the_right_password_wipes_the_slate(mona, sign_in, client):
    for _ in range(TRIES - 1):
        sign_in(password="wrong")
    assert sign_in().status_code == 303
    client.post("/logout")
    assert [sign_in(password="wrong").status_code for _ in range(TRIES)] == [422] * TRIES


def test_one_account_does_not_wait_for_another(mona, ada, sign_in):
    for _ in range(TRIES + 1):
        sign_in("ada@example.org", "wrong")
    assert sign_in().status_code == 303


def test_case_of_the_address_opens_no_second_count(mona, sign_in):
    address = "mona@example.org"
    for spelling in (address, address.upper(), address.title(), f" {address}", f"{address}\t"):
        assert sign_in(spelling, "wrong").status_code == 422
    assert sign_in().status_code == 429


def test_the_lockout_of_a_person_is_audited_once_and_no_single_failure(mona, sign_in, events):
    for _ in range(TRIES + 3):
        sign_in(password="wrong")
        sign_in("nobody@example.org", "wrong")
    assert events() == [("user.locked_out", mona.id, None, None)]


def test_the_table_holds_no_address_and_forgets(app, later):
    for n in range(20):
        reserve_try(f"someone{n}@example.org", tries=TRIES, wait=WAIT)
    kept = db.session.scalars(select(SignInTries.account)).all()
    assert len(kept) == 20
    assert not [account for account in kept if "someone" in account]
    later(WAIT + 1)
    reserve_try("another@example.org", tries=TRIES, wait=WAIT)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(SignInTries)) == 1


def test_threads_that_race_compare_no_more_passwords_than_allowed(mona, app, monkeypatch):
    # More threads than a worker has: none of them is to be sent away for want of a turn to write.
    monkeypatch.setattr(db_module, "TURN_SECONDS", 30)
    compared, answers, start = [], [], threading.Barrier(12)
    matches = authenticate_module.matches
    monkeypatch.setattr(
        authenticate_module, "matches", lambda *given: compared.append(1) or matches(*given)
    )

    def guess(n):
        fields = {"email": "mona@example.org", "password": f"guess {n}"}
        start.wait()
        answers.append(app.test_client().post("/login", data=fields).status_code)

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [422] * TRIES + [429] * 7
    assert len(compared) == TRIES


GUESSER = """
import json, os, pathlib, sys
from moderation import create_app
from moderation.accounts.throttle import MustWait, reserve_try
from moderation.settings import Settings
given = json.loads(sys.argv[1])
settings = Settings(instance=pathlib.Path(given["instance"]), secret_key="x" * 32,
                    database_url=given["url"], log_level="WARNING")
with create_app(settings).app_context():
    print("ready", flush=True)
    sys.stdin.readline()
    through = 0
    for _ in range(10):
        try:
            reserve_try("mona@example.org", tries=5, wait=900)
            through += 1
        except MustWait:
            pass
    print(through)
"""


def test_processes_that_race_get_no_more_tries_than_allowed(app, settings):
    given = json.dumps({"instance": str(settings.instance), "url": settings.database_url})
    command = [sys.executable, "-c", GUESSER, given]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    guessers = [subprocess.Popen(command, **pipes) for _ in range(2)]
    for guesser in guessers:
        assert guesser.stdout.readline() == "ready\n"
    for guesser in guessers:
        guesser.stdin.write("go\n")
        guesser.stdin.flush()
    through = sum(int(guesser.communicate(timeout=60)[0]) for guesser in guessers)
    assert through == TRIES
    with pytest.raises(MustWait):
        reserve_try("mona@example.org", tries=TRIES, wait=WAIT)
