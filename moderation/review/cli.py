"""`flask labels`, what people said truly applies, and `flask near`, what is nearly the same."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import click
from flask.cli import AppGroup

from moderation.review.labels import export_rows
from moderation.review.near import index_new
from moderation.scoring.labels import LABELS

near_cli = AppGroup("near", help="The index of comments that are nearly the same.")
labels_cli = AppGroup("labels", help="The labels that people gave to comments.")
COLUMNS = ("id", "comment_text", *LABELS, "people")


@labels_cli.command()
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The CSV to write; it must not exist.",
)
@click.option("--json", "as_json", is_flag=True, help="Say what was written as JSON.")
def export(out: Path, as_json: bool) -> None:
    """Write every labelled comment with its labels, by majority; empty where people are even.

    The columns are those that `flask model train` reads. The file holds what people wrote:
    keep it as you keep the database. Example: flask labels export --out labels.csv
    """
    try:
        with out.open("x", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            count = 0
            for row in export_rows():
                writer.writerow(row)
                count += 1
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from error
    if as_json:
        click.echo(json.dumps({"file": str(out), "comments": count}))
    else:
        click.echo(f"{count:,} labelled comments in {out}")


@near_cli.command()
@click.option("--json", "as_json", is_flag=True, help="Say what was done as JSON.")
def build(as_json: bool) -> None:
    """Index what waits or was decided and is not indexed yet.

    The job worker does the same every minute, a part at a time: this is for who does not want to
    wait for it after an upgrade. Example: flask near build
    """
    from rich.console import Console  # not above: no server needs it
    from rich.progress import Progress

    done = 0
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("comments", total=None)
        while found := index_new():
            done += found
            progress.update(task, advance=found, description=f"{done:,} comments")
    click.echo(json.dumps({"comments": done}) if as_json else f"{done:,} comments indexed")
