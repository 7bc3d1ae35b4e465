"""`flask prepare` and `flask worker`: what an installation needs to run."""

from __future__ import annotations

import click
import flask_migrate
from flask import Flask
from flask.cli import with_appcontext

from moderation.accounts.setup import setup_link
from moderation.jobs import make_huey
from moderation.policy.versions import ensure_first_policy
from moderation.scoring.artefact import ArtefactError, find_artefact, load_artefact
from moderation.web.context import current_settings


def prepare_site() -> None:
    """Bring the database to today's tables and give it its first policy. Safe to repeat."""
    settings = current_settings()
    settings.instance.mkdir(parents=True, exist_ok=True)
    flask_migrate.upgrade()
    artefact = load_artefact(find_artefact(settings.models))
    ensure_first_policy(artefact.review_thresholds, artefact.version)


@click.command()
@click.option("--url", default="http://127.0.0.1:8000", help="Where the site will answer.")
@click.option("--quiet", is_flag=True, help="Print no set-up link.")
@with_appcontext
def prepare(url: str, quiet: bool) -> None:
    """Migrate the database, store policy 1, and print the set-up link if nobody can sign in.

    Safe to run at every start. Example: flask prepare --url https://comments.example.org
    """
    try:
        prepare_site()
    except ArtefactError as error:
        raise click.ClickException(str(error)) from error
    link = None if quiet else setup_link(url)
    if link:
        click.echo(f"\n  Nobody can sign in yet. Make the first admin (once):\n\n    {link}\n")


def init_app(app: Flask) -> None:
    """Register the commands."""

    @click.command()
    def worker() -> None:
        """Run what runs later: rescoring. Ends with Ctrl-C. Example: flask worker"""
        huey = make_huey(app, app.config["EVENKEEL"])
        huey.create_consumer(workers=1, periodic=True, check_worker_health=True).run()

    app.cli.add_command(prepare)
    app.cli.add_command(worker)
