"""The site's own processes, started and started again as systemd would."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from moderation.settings import ROOT

MASTER, WEB, JOBS = "gunicorn master", "web worker", "job worker"


def set_by_the_units() -> dict[str, str]:
    """The environment that deploy/systemd gives to each service."""
    walls = (ROOT / "deploy/systemd/sandbox.conf").read_text()
    return dict(re.findall(r"(?m)^Environment=(\w+)=(.+)$", walls))


class Stack:
    """gunicorn with its workers and `flask worker`, over one instance folder."""

    def __init__(self, instance: Path, port: int, app: str = "wsgi:app", **environ: str) -> None:
        self.instance, self.port = instance, port
        self.log = instance / "log"
        self._app = app
        self.environ = {k: v for k, v in os.environ.items() if not k.startswith("EVENKEEL_")} | {
            "EVENKEEL_INSTANCE": str(instance),
            "EVENKEEL_COMMENT_LIMIT": "1000000 per minute",
            "FLASK_APP": app,
            **set_by_the_units(),
            **environ,
        }
        self._master: subprocess.Popen[bytes] | None = None
        self._jobs: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the site answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.instance / "evenkeel.sqlite"

    def prepare(self) -> None:
        """`flask prepare`, as before every start."""
        subprocess.run(
            [sys.executable, "-m", "flask", "prepare"],
            cwd=ROOT, env=self.environ, check=True, capture_output=True,
        )  # fmt: skip

    def tend(self, *, jobs: bool = True) -> None:
        """Start what does not run: the same at first and after every death."""
        if self._master is None or self._master.poll() is not None:
            self._master = self._start(
                "gunicorn", "--config", "deploy/gunicorn.conf.py",
                "--bind", f"127.0.0.1:{self.port}", self._app,
            )  # fmt: skip
        if jobs and (self._jobs is None or self._jobs.poll() is not None):
            self._jobs = self._start("flask", "worker")

    def wait_until_ready(self, seconds: float = 240) -> None:
        """Return once /healthz answers. Raises TimeoutError with the end of the log."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.status_of("/healthz") == 200:
                return
            time.sleep(0.1)
        raise TimeoutError(self.log.read_text(errors="replace")[-3000:])

    def status_of(self, path: str) -> int | None:
        """The status of a page; None if nobody answers."""
        try:
            return int(urlopen(self.url + path, timeout=15).status)
        except HTTPError as error:
            return error.code
        except OSError:
            return None

    def pids(self) -> dict[str, list[int]]:
        """The processes that run now, by what they are."""
        found: dict[str, list[int]] = {MASTER: [], WEB: [], JOBS: []}
        if self._master is not None and self._master.poll() is None:
            found[MASTER] = [self._master.pid]
            with suppress(OSError):
                children = Path(f"/proc/{self._master.pid}/task/{self._master.pid}/children")
                found[WEB] = [int(pid) for pid in children.read_text().split()]
        if self._jobs is not None and self._jobs.poll() is None:
            found[JOBS] = [self._jobs.pid]
        return found

    def kill(self, kind: str, which: int = 0) -> bool:
        """kill -9 one process of a kind; False if none runs. With a master go its workers, as
        systemd ends all of a unit before it starts it again."""
        found = self.pids()
        if not found[kind]:
            return False
        doomed = [found[kind][which % len(found[kind])]]
        if kind == MASTER:
            doomed += found[WEB]
        for pid in doomed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for process in (self._master, self._jobs):
            if process is not None and process.pid in doomed:
                process.wait()
        return True

    def pss(self) -> dict[str, float]:
        """Proportional set size in MiB, by kind of process."""
        return {kind: sum(map(_pss_of, pids)) for kind, pids in self.pids().items()}

    def stop(self) -> None:
        """End everything, and wait for it."""
        for process in (self._master, self._jobs):
            if process is not None and process.poll() is None:
                process.terminate()
        for process in (self._master, self._jobs):
            if process is not None:
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT, env=self.environ, stdout=log, stderr=log,
            )  # fmt: skip


def _pss_of(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
