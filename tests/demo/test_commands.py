"""`flask demo`: what it prints, once, and what it never keeps."""

import json

import pytest
from sqlalchemy import inspect, select, text

from moderation import create_app
from moderation.accounts.passwords import matches
from moderation.accounts.tables import User
from moderation.db import db
from moderation.demo import fill as demo
from tests.conftest import settings_for_tests
from tests.fixed_scorer import FixedScorer


@pytest.fixture(autouse=True)
def short_story(monkeypatch):
    some = demo.lines()[:5]
    monkeypatch.setattr(demo, "lines", lambda: some)


@pytest.fixture
def run(app):
    """Run a demo command; its result."""

    def invoke(*arguments):
        return app.test_cli_runner().invoke(args=["demo", *arguments])

    return invoke


def passwords(result):
    return {person["email"]: person["password"] for person in json.loads(result.stdout)["people"]}


def everything_stored():
    """Every value in the database, as text."""
    with db.engine.connect() as connection:
        return "\n".join(
            str(tuple(row))
            for table in inspect(db.engine).get_table_names()
            for row in connection.execute(text(f'SELECT * FROM "{table}"'))
        )


def test_fill_prints_who_may_sign_in_and_where(run):
    result = run("fill", "--url", "http://127.0.0.1:8080/")
    assert result.exit_code == 0
    assert "http://127.0.0.1:8080/login" in result.stdout
    rows = [line.split() for line in result.stdout.splitlines() if "@example.org" in line]
    assert [row[0] for row in rows] == ["admin", "moderator", "moderator"]
    for *_, email, password in rows:
        person = db.session.scalars(select(User).where(User.email == email)).one()
        assert matches(password, person.password)


def test_fill_says_when_there_is_something_already(run):
    run("fill")
    again = run("fill")
    assert again.exit_code == 0
    assert "adds nothing" in again.stdout
    assert json.loads(run("fill", "--json").stdout) == {
        "filled": False,
        "login": "http://127.0.0.1:8000/login",
        "people": [],
    }


def test_passwords_gives_new_ones_and_ends_sessions(run, signed_in):
    first = passwords(run("fill", "--json"))
    people = db.session.scalars(select(User)).all()
    client = signed_in(people[0])
    second = passwords(run("passwords", "--json"))
    assert first.keys() == second.keys()
    assert not set(first.values()) & set(second.values())
    db.session.rollback()
    for person in db.session.scalars(select(User)):
        assert matches(second[person.email], person.password)
        assert not matches(first[person.email], person.password)
    assert client.get("/admin").status_code == 302, "whoever was signed in is asked again"


def test_passwords_refuses_on_a_real_site(run, admin):
    result = run("passwords")
    assert result.exit_code == 1
    assert "not a demo site" in result.stderr
    assert "Nothing was changed" in result.stderr


def test_a_password_is_nowhere_but_in_the_answer(run, caplog):
    results = [run("fill", "--json"), run("passwords", "--json")]
    secrets = [password for result in results for password in passwords(result).values()]
    assert len(secrets) == 6
    kept = everything_stored() + caplog.text + "".join(result.stderr for result in results)
    assert "ottilie.marsh@example.org" in kept, "this would find them"
    assert not [secret for secret in secrets if secret in kept]


@pytest.mark.parametrize("command", ["fill", "passwords"])
def test_without_a_database_it_says_what_to_run(tmp_path, command):
    app = create_app(settings_for_tests(tmp_path), FixedScorer())
    result = app.test_cli_runner().invoke(args=["demo", command])
    with app.app_context():
        db.engine.dispose()
    assert result.exit_code == 1
    assert "flask prepare" in result.stderr
