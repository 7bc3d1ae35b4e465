"""`flask doctor`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from moderation.operations.doctor import examine
from moderation.operations.findings import Level
from moderation.web.context import current_settings

MARKS = {Level.OK: "[green]✓[/]", Level.WARNING: "[yellow]![/]", Level.PROBLEM: "[red]✗[/]"}


@click.command("doctor")
@click.option("--network", is_flag=True, help="Also try to reach mail, webhook and public address.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@with_appcontext
def doctor_command(network: bool, as_json: bool) -> None:
    """Look at everything that an operator would, and say what to do. Changes nothing.

    The exit code is 1 if there is a problem; warnings leave it 0. Example: flask doctor --network
    """
    found = examine(current_settings(), network=network)
    counts = Counter(finding.level for finding in found)
    if as_json:
        findings = [asdict(finding) for finding in found]
        numbers = {"problems": counts[Level.PROBLEM], "warnings": counts[Level.WARNING]}
        click.echo(json.dumps({**numbers, "findings": findings}))
    else:
        from rich.console import Console  # 6 MB that no server needs
        from rich.markup import escape

        console = Console(highlight=False)
        for finding in found:
            console.print(
                f"{MARKS[finding.level]} [bold]{escape(finding.what)}[/]: {escape(finding.said)}"
            )
            if finding.do:
                console.print(f"    → {escape(finding.do)}")
        problems, warnings = counts[Level.PROBLEM], counts[Level.WARNING]
        told = f"Problems: {problems}. Warnings: {warnings}."
        console.print(told if problems + warnings else "All is well.")
    sys.exit(1 if counts[Level.PROBLEM] else 0)
