"""`flask user` and the link that `flask prepare` prints."""

import json
import re

import pytest

from moderation.accounts.people import disable
from moderation.accounts.setup import setup_link
from moderation.audit.record import SYSTEM


@pytest.fixture
def flask(app):
    """Run a command."""
    return lambda *arguments: app.test_cli_runner().invoke(args=arguments)


def path_of(output):
    return re.search(r"https?://\S+?(/welcome/\S+)", output)[1]


def test_create_prints_an_invitation(flask, app, events):
    done = flask(
        "user",
        "create",
        "Ida@Example.org",
        "--name",
        "Ida",
        "--role",
        "admin",
        "--url",
        "https://comments.example.org/",
    )
    assert done.exit_code == 0, done.output
    assert "https://comments.example.org/welcome/" in done.output
    assert app.test_client().get(path_of(done.output)).status_code == 200
    assert [action for action, *_ in events()] == ["user.invited", "user.link_made"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("mona@example.org", "--name", "M"), "flask user reset mona@example.org"),
        (("nonsense", "--name", "M"), "not an e-mail address"),
        (("a b@example.org", "--name", "M"), "not an e-mail address"),
        (("a@example.org", "--name", "  "), "1 to 80 characters"),
        (("a@example.org", "--name", "A", "--role", "owner"), "'viewer', 'moderator', 'admin'"),
    ],
)
def test_create_says_what_is_wrong(mona, flask, arguments, says):
    failed = flask("user", "create", *arguments)
    assert failed.exit_code != 0
    assert says in failed.output


def test_reset_prints_a_link(mona, flask, app):
    done = flask("user", "reset", "MONA@example.org")
    assert done.exit_code == 0, done.output
    assert app.test_client().get(path_of(done.output)).status_code == 200


def test_reset_says_why_not(mona, flask):
    assert "Nobody has the address" in flask("user", "reset", "eve@example.org").output
    disable(mona.id, SYSTEM)
    failed = flask("user", "reset", "mona@example.org")
    assert failed.exit_code == 1
    assert "Enable them first" in failed.output


def test_list_reads_well_for_people_and_programs(mona, ada, flask):
    assert re.search(r"ada@example\.org +admin +active +Ada\n", flask("user", "list").output)
    [first, second] = json.loads(flask("user", "list", "--json").output)
    assert (first["name"], second["name"]) == ("Ada", "Mona")
    assert second == {
        "email": "mona@example.org",
        "name": "Mona",
        "role": "moderator",
        "state": "active",
        "last_seen_at": None,
    }


def test_list_of_nobody_says_what_to_do(flask):
    assert "flask prepare" in flask("user", "list").output
    assert json.loads(flask("user", "list", "--json").output) == []


def test_the_set_up_link_names_the_site(app):
    assert re.fullmatch(
        r"http://127\.0\.0\.1:8000/setup/[\w.-]+", setup_link("http://127.0.0.1:8000")
    )
