"""The command: each fault in turn, bounded, with its figures."""

from __future__ import annotations

import json
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from benchmarks.soak.disk import fill_the_disk
from benchmarks.soak.kills import kill_at_random
from benchmarks.soak.lock import hold_the_database
from benchmarks.soak.memory import measure
from benchmarks.soak.page import record
from benchmarks.soak.slow import send_slowly
from benchmarks.soak.stack import Stack

Fault = Callable[[Stack], dict[str, Any]]


@click.command()
@click.option("--kills", default=200, help="So many kill -9 under load; 0 leaves them out.")
@click.option("--minutes", default=30.0, help="So long at half load; 0 leaves it out.")
@click.option("--disk/--no-disk", default=True, help="Fill a small disk (tmpfs: needs root).")
@click.option("--locked", default=30.0, help="Hold the database so many seconds; 0: not.")
@click.option("--slow/--no-slow", default=True, help="Slow and oversized requests (nginx).")
@click.option("--seed", default=1, help="The dice of kills and authors.")
@click.option("--port", default=8250, type=click.IntRange(1024, 65000), help="This and the next.")
@click.option("--record", "to_page", is_flag=True, help="Put them into docs/reliability.md.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(
    kills: int,
    minutes: float,
    disk: bool,
    locked: float,
    slow: bool,
    seed: int,
    port: int,
    to_page: bool,
    as_json: bool,
) -> None:
    """Bring the faults about that a site must survive, and say what came of it.

    Every part has a new site of its own, with the shipped model, on loopback. Ends with 1 if
    anything acknowledged was lost or anything else is not as it must be.

    Example: script/soak --kills 20 --minutes 2 --json
    """

    def say(line: str) -> None:
        click.echo(f"{datetime.now(UTC):%H:%M:%S} {line}", err=True)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no process stays behind
    faults: dict[str, Fault] = {}
    if kills:
        faults["kills"] = lambda stack: kill_at_random(stack, kills, seed=seed, say=say)
    if locked:
        faults["locked"] = lambda stack: hold_the_database(stack, locked, seed=seed, say=say)
    if disk:
        faults["disk"] = lambda stack: fill_the_disk(stack, seed=seed, say=say)
    if slow:
        faults["slow"] = lambda stack: send_slowly(stack, port + 1, say=say)
    if minutes:
        faults["memory"] = lambda stack: measure(stack, minutes, seed=seed, say=say)
    found: dict[str, Any] = {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"}
    for name, bring_about in faults.items():
        say(f"{name} …")
        with _new_site(port) as stack:
            found[name] = bring_about(stack)
        say(f"{name}: {'as it must be' if not found[name]['wrong'] else found[name]['wrong'][:5]}")
    if to_page:
        record(found)
    click.echo(json.dumps(found) if as_json else _readable(found))
    sys.exit(any(found[name]["wrong"] for name in faults))


@contextmanager
def _new_site(port: int) -> Iterator[Stack]:
    with socket.socket() as knock:
        if knock.connect_ex(("127.0.0.1", port)) == 0:  # its answers would be taken for the site's
            raise click.ClickException(f"something answers at port {port}: give --port another")
    with TemporaryDirectory(prefix="soak-") as folder:
        stack = Stack(Path(folder), port)
        stack.prepare()
        try:
            yield stack
        finally:
            stack.stop()


def _readable(found: dict[str, Any]) -> str:
    lines = [found["at"]]
    for name, figures in found.items():
        if isinstance(figures, dict):
            wrong = figures["wrong"]
            few = figures | {"wrong": [*wrong[:5], f"… of {len(wrong):,}"] if wrong[5:] else wrong}
            lines += ["", name, *(f"  {key}: {value}" for key, value in few.items())]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
