"""Memory of the whole stack after load: nginx, gunicorn's master, its web workers, the job worker.

    python -m benchmarks.memory                        nginx is left out where it is not installed
    python -m benchmarks.memory --requests 5000 --json

Starts the stack in a folder of its own on loopback, sends it comments and reads pages, and adds up
the proportional share of each process (PSS: what several share is divided among them), as the
kernel states it in /proc/PID/smaps_rollup. Linux only.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.soak.stack import set_by_the_units

ROOT = Path(__file__).resolve().parent.parent
BUDGET = 400  # MB of PSS for the whole stack
WORDS = ["bridge", "opens", "late", "and", "nobody", "on", "the", "council", "asked", "who", "pays"]
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
  fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{front}; location / {{ proxy_pass http://127.0.0.1:{back}; }} }}
}}
"""


@click.command(help=__doc__)
@click.option("--requests", default=2000, help="How many requests to send.")
@click.option("--port", default=8200, help="The first of two free ports.")
@click.option("--settle", default=90, help="Seconds to wait then: the jobs run once a minute.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(requests: int, port: int, settle: int, as_json: bool) -> None:
    """Start, load, measure, print; exit code 1 over the budget."""
    with TemporaryDirectory() as folder, _stack(Path(folder), port) as (front, roots):
        _load(front, requests, quiet=as_json)
        time.sleep(settle)
        rows = [row for name, root in roots for row in _measured(name, root)]
    total = sum(mb for _, mb in rows)
    if as_json:
        found = {"processes": rows, "total_mb": total, "budget_mb": BUDGET, "requests": requests}
        click.echo(json.dumps(found))
    else:
        table = Table("Process", "PSS (MB)", title=f"After {requests:,} requests")
        for name, mb in (*rows, ("together", total)):
            table.add_row(name, f"{mb:.1f}")
        Console().print(table)
    sys.exit(total > BUDGET)


@contextlib.contextmanager
def _stack(folder: Path, port: int) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """The running stack: the address of its front, and the roots of its processes."""
    environ = os.environ | {
        "EVENKEEL_INSTANCE": str(folder / "instance"),
        "EVENKEEL_COMMENT_LIMIT": "1000000 per minute",
        "EVENKEEL_LOG_LEVEL": "WARNING",
        "WEB_CONCURRENCY": "2",
        "FLASK_APP": "wsgi",
        **set_by_the_units(),
    }
    flask = [sys.executable, "-m", "flask"]
    commands = {  # as the units of deploy/systemd start them
        "web": [*flask, "serve", "--quiet", "--port", str(port)],
        "jobs": [*flask, "worker"],
    }
    front = port
    if shutil.which("nginx"):
        front = port + 1
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, front=front, back=port))
        commands["nginx"] = ["nginx", "-c", str(config), "-p", str(folder)]
    started = []
    try:
        for name, command in commands.items():
            process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
            started.append((name, process))
        address = f"http://127.0.0.1:{front}"
        _wait_for(address + "/readyz")
        yield address, [(name, process.pid) for name, process in started]
    finally:
        for _, process in started:
            process.terminate()
        for _, process in started:
            process.wait(timeout=60)


def _wait_for(address: str) -> None:
    for _ in range(240):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.5)
    raise click.ClickException("the stack did not start")


def _load(front: str, requests: int, *, quiet: bool) -> None:
    """Every fourth request is a new comment of 5 to 100 words, one in ten of them held."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    form = ""
    numbers = range(requests)
    for number in numbers if quiet else track(numbers, "Requests", transient=True):
        if number % 4 == 3:
            _send(opener, front + "/p/home", form, number)
            continue
        page = opener.open(front + ("/try", "/p/trams", "/p/home")[number % 4]).read()
        form = page.decode()


def _send(opener: urllib.request.OpenerDirector, address: str, form: str, number: int) -> None:
    """Send the form that was just read; a comment that is not taken ends the benchmark."""
    words = [WORDS[(number + k) % len(WORDS)] for k in range(5 + number % 96)]
    fields = {"name": "Tess", "text": " ".join(words + ["you idiot"] * (number % 40 == 3))}
    for hidden in ("csrf_token", "submission_key"):
        fields[hidden] = re.findall(rf'name="{hidden}"[^>]*value="([^"]+)"', form)[0]
    with opener.open(address, urllib.parse.urlencode(fields).encode()) as answer:
        if "#comment-" not in answer.url and "/c/" not in answer.url:
            raise click.ClickException(f"a comment was not taken: {answer.url}")


def _measured(name: str, root: int) -> list[tuple[str, float]]:
    """A process and its children by name, each with its PSS in MB."""
    below = Path(f"/proc/{root}/task/{root}/children").read_text().split()
    rows = [(name if not below else f"{name} (master)", _pss(root))]
    return rows + [(f"{name} {n}", _pss(int(child))) for n, child in enumerate(below, start=1)]


def _pss(process: int) -> float:
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.M)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


if __name__ == "__main__":
    main()
