"""`flask prepare`, `flask serve` and `flask worker`: what an installation needs to run."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import click
import flask_migrate
import structlog
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask.cli import ScriptInfo, with_appcontext
from sqlalchemy.exc import DBAPIError

from moderation import metrics
from moderation.accounts.setup import setup_link
from moderation.db import alone, db
from moderation.demo.cli import NOT_EMPTY
from moderation.demo.fill import is_empty
from moderation.jobs import make_huey
from moderation.operations.damage import Damaged, look_for_damage
from moderation.policy.versions import PolicyMissing, current_policy, ensure_first_policy
from moderation.scoring.artefact import (
    ArtefactError,
    find_artefact,
    review_thresholds,
    verified_card,
)
from moderation.serve import serve
from moderation.settings import ROOT
from moderation.storage import LEAST_FREE, DatabaseDamaged, DiskFull
from moderation.web.context import current_settings

log = structlog.get_logger()


def is_of_a_newer_release() -> bool:
    """Whether the database was migrated by a release that has migrations which we do not know."""
    ours = ScriptDirectory(str(ROOT / "migrations"))
    known = {script.revision for script in ours.walk_revisions()}
    with db.engine.connect() as connection:
        return not known.issuperset(MigrationContext.configure(connection).get_current_heads())


def prepare_site() -> None:
    """Bring the database to today's tables and give it its first policy. Safe to repeat.

    A database that a newer release has migrated stays as it is: on several machines an older node
    serves on, or is gone back to, while others are newer. Migrations add, so it still can.
    """
    settings = current_settings()
    settings.instance.mkdir(parents=True, exist_ok=True)
    with alone("migration"):  # two starts that open a new SQLite file at once lock each other out
        if not settings.database_url:
            look_for_damage(settings.instance / "evenkeel.sqlite")
        newer = is_of_a_newer_release()
    if newer:
        log.warning("database_is_newer")
    else:
        flask_migrate.upgrade()
    card = verified_card(find_artefact(settings.models))
    ensure_first_policy(review_thresholds(card), card["version"])


@click.command()
@click.option("--url", default="http://127.0.0.1:8000", help="Where the site will answer.")
@with_appcontext
def prepare(url: str) -> None:
    """Migrate the database, store policy 1, and print the set-up link if nobody can sign in.

    Safe to run at every start. Example: flask prepare --url https://comments.example.org
    """
    _prepare_or_say_why()
    _print_setup_link(url)


@click.command("serve")
@click.option("--port", default=8000, type=click.IntRange(1, 65535), help="Listen here.")
@click.option("--demo", is_flag=True, help="First fill an empty database with a believable site.")
@click.option("--quiet", is_flag=True, help="Print no set-up link: the output goes into a log.")
@click.pass_context
def serve_command(context: click.Context, port: int, demo: bool, quiet: bool) -> None:
    """Prepare the site and serve it on this machine only, or on a socket that systemd hands over.

    Example: flask serve --port 8080
    """
    app = context.ensure_object(ScriptInfo).load_app()
    url = f"http://127.0.0.1:{port}"
    with app.app_context():
        _prepare_or_say_why()
        if demo:
            _fill_demo(url)
        if not quiet:
            _print_setup_link(url)
    serve(app, f"127.0.0.1:{port}")


@click.command()
@click.pass_context
def worker(context: click.Context) -> None:
    """Run what runs later: rescoring. Ends with Ctrl-C. Example: flask worker"""
    app = context.ensure_object(ScriptInfo).load_app()
    with app.app_context():
        _wait_until_prepared()
    settings = app.config["EVENKEEL"]
    metrics.forget_the_dead(settings.metrics)
    metrics.count_into(settings.metrics, server=os.getpid())
    huey = make_huey(app, settings)
    huey.create_consumer(workers=1, periodic=True, check_worker_health=True).run()


def _prepare_or_say_why() -> None:
    try:
        prepare_site()
    except (ArtefactError, Damaged) as error:
        raise click.ClickException(str(error)) from error
    except DiskFull as error:
        raise click.ClickException(
            f"The disk is full: free at least {LEAST_FREE // 2**20} MiB, then start again."
        ) from error


def _fill_demo(url: str) -> None:
    """Fill the demo in a process of its own: scoring here would go with us into the fork."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "fill", "--url", url]
    if not is_empty():
        click.echo(NOT_EMPTY)
    elif subprocess.run(command, cwd=ROOT, check=False).returncode:  # noqa: S603 - our own words
        raise click.ClickException("The demo could not be filled; the reason stands above.")
    db.session.rollback()  # what was read before is older than the demo


def _print_setup_link(url: str) -> None:
    link = setup_link(url)
    if link:
        click.echo(f"\n  Nobody can sign in yet. Make the first admin (once):\n\n    {link}\n")


def _wait_until_prepared() -> None:
    """Wait for the tables: on a fresh machine the worker starts beside `flask serve`."""
    while True:
        try:
            current_policy()
            return
        except DatabaseDamaged as error:
            raise click.ClickException("The database is damaged: flask restore FILE.") from error
        except (PolicyMissing, DBAPIError):
            db.session.rollback()
            time.sleep(1)


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in (prepare, serve_command, worker):
        app.cli.add_command(command)
