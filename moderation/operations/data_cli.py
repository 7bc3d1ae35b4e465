"""`flask data copy`."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from moderation.db import db
from moderation.operations.copy import CopyError, copy_site, size_of
from moderation.settings import Settings


@click.group("data")
def data_cli() -> None:
    """Move the site's data."""


@data_cli.command()
@click.option(
    "--to",
    required=True,
    envvar="COPY_TO",
    help="postgresql://user:password@host/name, or sqlite:////path. Or COPY_TO in the environment,"
    " so that no password stands on a command line.",
)
@click.option("--json", "as_json", is_flag=True, help="Say what was copied as JSON.")
@with_appcontext
def copy(to: str, as_json: bool) -> None:
    """Copy everything into an empty database, counted and compared table by table.

    Stop the site first: what is sent after the copy stays behind. What breaks off leaves the target
    empty. Example: flask data copy --to postgresql://evenkeel:secret@db.example.org/evenkeel
    """
    from rich.console import Console  # not above: no server needs it
    from rich.progress import Progress

    if not to.startswith(("postgresql://", "sqlite:///")):
        raise click.UsageError("--to must begin with postgresql:// or sqlite:///.")
    with Progress(console=Console(stderr=True), transient=True, disable=as_json) as progress:
        bars = {
            name: progress.add_task(name, total=rows)
            for name, rows in size_of(db.engine).items()
            if rows
        }
        try:
            copied = copy_site(
                db.engine,
                Settings(database_url=to).database,
                progress=lambda name, rows: progress.advance(bars[name], rows),
            )
        except CopyError as error:
            raise click.ClickException(str(error)) from error
    rows = sum(table.rows for table in copied)
    if as_json:
        click.echo(json.dumps({"rows": rows, "tables": [asdict(table) for table in copied]}))
        return
    for table in copied:
        click.echo(f"{table.name:20} {table.rows:>12,}  {table.checksum[:16]}")
    click.echo(f"{rows:,} rows in {len(copied)} tables, the same on both sides.")
