"""`flask demo`: fill an empty database with a believable site, and let people into it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import inspect

from moderation.db import db
from moderation.demo.fill import fill, lines
from moderation.demo.passwords import Login, NotADemo, new_passwords
from moderation.scoring.artefact import ArtefactError
from moderation.scoring.serving import current_scorer

demo_cli = AppGroup("demo", help="A believable site to try Evenkeel on.")

NOT_EMPTY = (
    "The database is not empty: the demo adds nothing, and what is there is served.\n"
    "New passwords for the demo's people: FLASK_APP=wsgi .venv/bin/flask demo passwords"
)

url_option = click.option(
    "--url", default="http://127.0.0.1:8000", show_default=True, help="Where the site answers."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


@demo_cli.command("fill")
@url_option
@json_option
def fill_command(url: str, as_json: bool) -> None:
    """Fill an empty database with pages, comments, decisions and three people.

    Their passwords are random and printed once. A database that holds a comment or a person
    gets nothing. Example: flask demo fill --url http://127.0.0.1:8000
    """
    from rich.console import Console  # not above: no server needs it
    from rich.progress import Progress

    _expect_prepared()
    progress = Progress(console=Console(stderr=True), transient=True)
    try:
        with progress:
            task = progress.add_task("Filling the demo site", total=len(lines()))
            logins = fill(current_scorer(), advance=lambda: progress.advance(task))
    except ArtefactError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps({"filled": bool(logins), **_plain(logins, url)}))
    elif logins:
        _show(logins, url)
    else:
        click.echo(NOT_EMPTY)


@demo_cli.command("passwords")
@url_option
@json_option
def passwords_command(url: str, as_json: bool) -> None:
    """Give the demo's people new passwords, and print them once.

    Their sessions end. Example: flask demo passwords
    """
    _expect_prepared()
    try:
        logins = new_passwords()
    except NotADemo:
        raise click.ClickException(
            "This is not a demo site: none of the demo's people is here. Nothing was changed. "
            "For a person of your own: flask user reset ana@example.org"
        ) from None
    if as_json:
        click.echo(json.dumps(_plain(logins, url)))
    else:
        _show(logins, url)


def _expect_prepared() -> None:
    if not inspect(db.engine).has_table("policy_versions"):
        raise click.ClickException("There is no database yet. Run this first: flask prepare")


def _plain(logins: Sequence[Login], url: str) -> dict[str, Any]:
    return {"login": _login_page(url), "people": [asdict(login) for login in logins]}


def _login_page(url: str) -> str:
    return f"{url.rstrip('/')}/login"


def _show(logins: Sequence[Login], url: str) -> None:
    """Print who may sign in, with what, and where: the only time that passwords are shown."""
    from rich.console import Console  # not above: no server needs it
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    for head in ("Role", "Name", "E-mail", "Password"):
        table.add_column(head, no_wrap=True)
    for login in logins:
        table.add_row(login.role, login.name, login.email, login.password)
    # A pipe has no width of its own, and a cut password is none.
    console = Console(highlight=False, width=100)
    console.print(
        f"\nSign in at {_login_page(url)} (passwords are shown this once):\n", soft_wrap=True
    )
    console.print(table)
    console.print()
