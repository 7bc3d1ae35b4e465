"""`flask backup` and `flask restore`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from moderation.comments.tables import Comment
from moderation.db import db, now
from moderation.operations.backup import (
    BackupError,
    back_up,
    drop_old,
    restore,
)
from moderation.operations.drill import drill
from moderation.web.context import current_settings

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)


@contextmanager
def _said() -> Iterator[None]:
    """Say what went wrong in one line."""
    try:
        yield
    except BackupError as error:
        raise click.ClickException(str(error)) from error


@click.group("backup", invoke_without_command=True)
@click.option("--to", type=FOLDER, help="Write into this folder. Default: the setting's.")
@click.option("--drop-old", "drops", is_flag=True, help="Then keep 7 days, 4 weeks, 6 months.")
@click.option("--json", "as_json", is_flag=True, help="Say what was made as JSON.")
@click.pass_context
@with_appcontext
def backup_cli(context: click.Context, to: Path | None, drops: bool, as_json: bool) -> None:
    """Back the database up while the site runs; checked, with a checksum beside it.

    Example: flask backup --to /var/backups/evenkeel --drop-old
    """
    if context.invoked_subcommand:
        return
    settings = current_settings()
    folder = to or (Path(settings.backup_folder) if settings.backup_folder else None)
    if folder is None:
        raise click.UsageError("Say where: --to FOLDER, or set EVENKEEL_BACKUP_FOLDER.")
    with _said():
        made = back_up(settings, folder)
    dropped = drop_old(folder) if drops else 0
    if as_json:
        told = {"file": str(made.path), "bytes": made.bytes, "sha256": made.sha256}
        click.echo(json.dumps({**told, "dropped": dropped}))
    else:
        click.echo(
            f"{made.path}  {made.bytes / 2**20:.1f} MiB" + (f", {dropped} old dropped" * drops)
        )


@backup_cli.command("drill")
@click.option("--json", "as_json", is_flag=True, help="Say what was found as JSON.")
@with_appcontext
def drill_command(as_json: bool) -> None:
    """Make a backup, bring it back into a new database, and compare every table.

    Nothing of the site is touched; PostgreSQL's user must be allowed to create the new database.
    Example: flask backup drill
    """
    with _said():
        saved, back = drill(current_settings())
    same = saved == back
    rows = sum(tally.rows for tally in back.values())
    if as_json:
        told = {"at": now().isoformat(), "tables": len(back), "rows": rows, "same": same}
        click.echo(json.dumps(told))
    else:
        said = "the same" if same else "NOT the same"
        click.echo(f"{now():%Y-%m-%d %H:%M} UTC: {len(back)} tables, {rows:,} rows, {said}")
    if not same:
        raise click.ClickException("What came back differs from what was saved.")


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Even if comments are stored here already.")
@click.option("--json", "as_json", is_flag=True, help="Say what was done as JSON.")
@with_appcontext
def restore_command(file: Path, replace: bool, as_json: bool) -> None:
    """Put a backup in the place of the data. Stop the site first, and start it again afterwards.

    What was there is kept beside it (SQLite). Example: flask restore backups/evenkeel-…Z.sqlite
    """
    if not replace and _holds_comments():
        raise click.ClickException(
            "Comments are stored here. If they are to be replaced, say so: --replace."
        )
    db.session.remove()
    db.engine.dispose()
    with _said():
        kept = restore(current_settings(), file)
    if as_json:
        click.echo(json.dumps({"restored": str(file), "kept": str(kept) if kept else None}))
    else:
        click.echo(f"Restored {file}." + (f" What was there is in {kept}." if kept else ""))


def _holds_comments() -> bool:
    try:
        return db.session.scalar(select(Comment.id).limit(1)) is not None
    except DBAPIError:  # nothing is there yet, or nothing that can be read
        db.session.rollback()
        return False
