"""What one comment costs, end to end: from the form over HTTP to its answer.

    python -m benchmarks.throughput --comments 100000

Serves a site that has so many comments already with one web worker, on SQLite and on a PostgreSQL
of its own (fsync on), and lets authors send comments for some seconds. Prints comments a second
and, what hardly depends on who else uses the machine, the processor time of one comment in the
web worker and in the database, and the bytes that it leaves there. The same for reading a page.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import psycopg
from sqlalchemy.engine import make_url

from benchmarks.site import filled_site
from deploy.cluster.authors import Authors
from deploy.cluster.machines import ROOT, Services, wait_for
from moderation.settings import Settings

TICK = os.sysconf("SC_CLK_TCK")
PORT = 8240


def main() -> None:
    """Measure both databases."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--comments", type=int, default=100_000, help="how many there are already")
    words.add_argument("--seconds", type=float, default=15)
    given = words.parse_args()
    cores = os.cpu_count()
    print(f"{given.comments:,} comments, one web worker, {given.seconds:.0f} s; {cores} cores")
    measure(None, given.comments, given.seconds)
    with TemporaryDirectory(prefix="evenkeel-benchmark-") as name:
        Path(name).chmod(0o755)
        services = Services(Path(name), PORT)
        services.start_postgresql()
        try:
            measure(services.database, given.comments, given.seconds)
        finally:
            services.stop()


def measure(server: str | None, comments: int, seconds: float) -> None:
    """Fill a site, serve it, send to it, read from it, and print what that took."""
    with filled_site(comments, comments // 20, server) as app:
        settings: Settings = app.config["EVENKEEL"]
        with served(settings) as web:
            authors = Authors(PORT, count=4, pause=0)
            before = bytes_of(settings)
            spent = spent_by(lambda: send(authors, seconds), web, settings)
            sent = len(authors.acknowledged)
            left = bytes_of(settings) - before
            print(f"{'PostgreSQL' if server else 'SQLite':11}{spent.for_each('comment', sent)}")
            size, log = (bytes_ / sent / 1024 for bytes_ in (left, spent.log))
            vain = sum(authors.failed.values())
            print(f"{'':11}leaves {size:.1f} kB, {log:.1f} kB of log; {vain} tried in vain")
            print(f"{'':11}{spent_by(lambda: read(200), web, settings).for_each('page', 200)}")


class Spent:
    """Seconds by the clock, processor seconds, and bytes of PostgreSQL's log."""

    wall = web = database = log = 0.0

    def for_each(self, thing: str, count: int) -> str:
        """In words, for one of so many."""
        web, database = (seconds / count * 1e3 for seconds in (self.web, self.database))
        rate = f"{count / self.wall:6.1f} a second"
        return f"{thing:8}{rate}  web {web:5.1f} ms, database {database:5.1f} ms of a processor"


def spent_by(work: Callable[[], object], web: int, settings: Settings) -> Spent:
    """What the web server and the database spent while `work` ran."""
    spent = Spent()
    start = time.perf_counter(), tree_seconds(web), *of_postgresql(settings)
    work()
    end = time.perf_counter(), tree_seconds(web), *of_postgresql(settings)
    took = (after - before for before, after in zip(start, end, strict=True))
    spent.wall, spent.web, spent.database, spent.log = took
    return spent


def send(authors: Authors, seconds: float) -> None:
    """Let the authors write for so long."""
    authors.start()
    time.sleep(seconds)
    authors.stop()


def read(times: int) -> None:
    """Open a page so many times."""
    for _ in range(times):
        with urlopen(f"http://127.0.0.1:{PORT}/p/page-1") as answer:
            answer.read()


@contextmanager
def served(settings: Settings) -> Iterator[int]:
    """The process number of a web server with one worker."""
    environ = os.environ | {
        "EVENKEEL_INSTANCE": str(settings.instance),
        "DATABASE_URL": settings.database_url,
        "EVENKEEL_COMMENT_LIMIT": "1000000 per hour",
        "EVENKEEL_LOG_LEVEL": "WARNING",
        "WEB_CONCURRENCY": "1",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
    server = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{PORT}", "wsgi:app"], cwd=ROOT, env=environ,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for("the site", answers)
        yield server.pid
    finally:
        server.terminate()
        server.wait(60)


def answers() -> bool:
    """Whether the site can be read."""
    try:
        with urlopen(f"http://127.0.0.1:{PORT}/readyz") as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def tree_seconds(pid: int) -> float:
    """Processor seconds of a process and of its children that run."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return process_seconds(pid) + sum(process_seconds(int(child)) for child in children)


def process_seconds(pid: int) -> float:
    """Processor seconds of one process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has just ended
        return 0
    return (int(fields[11]) + int(fields[12])) / TICK


def of_postgresql(settings: Settings) -> tuple[float, float]:
    """Processor seconds of the whole server, and the bytes of its log; nothing on SQLite."""
    if not settings.database_url:
        return 0, 0
    with psycopg.connect(settings.database_url) as connection:
        log = connection.execute("SELECT pg_current_wal_lsn() - '0/0'").fetchone()[0]
        data = connection.execute("SHOW data_directory").fetchone()[0]
    postmaster = int((Path(data) / "postmaster.pid").read_text().split()[0])
    return tree_seconds(postmaster), float(log)


def bytes_of(settings: Settings) -> int:
    """How large the database is."""
    if not settings.database_url:
        return sum(file.stat().st_size for file in settings.instance.glob("evenkeel.sqlite*"))
    name = make_url(settings.database_url).database
    with psycopg.connect(settings.database_url) as connection:
        return int(connection.execute("SELECT pg_database_size(%s)", [name]).fetchone()[0])


if __name__ == "__main__":
    main()
