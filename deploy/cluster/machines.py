"""Two machines on one computer: a web node and a job worker each, before them nginx, behind them
PostgreSQL and Redis, all from Debian's packages, on ports of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLASK = [sys.executable, "-m", "flask", "--app", "wsgi"]
PASSWORD = "not-a-secret"  # noqa: S105 - of a Redis that lives for minutes, on loopback


def wait_for(what: str, holds: Callable[[], bool], seconds: float = 240) -> float:
    """Wait until it holds. Returns the seconds it took; raises TimeoutError."""
    start = time.monotonic()
    while not holds():
        if time.monotonic() - start > seconds:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.2)
    return time.monotonic() - start


def as_postgres(*command: str) -> list[str]:
    """PostgreSQL refuses to run as root."""
    return [*(["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []), *command]


class Machine:
    """One web node and one job worker, with an instance folder of their own."""

    def __init__(self, name: str, port: int, folder: Path, environ: dict[str, str]) -> None:
        self.name, self.port, self.instance = name, port, folder / name
        self.instance.mkdir()
        self.environ = environ | {"EVENKEEL_INSTANCE": str(self.instance)}
        self.web = self.jobs = None

    def start(self) -> None:
        """Start what does not run."""
        self.web = self._run(["serve", "--port", str(self.port)]) if not self.web else self.web
        self.jobs = self._run(["worker"]) if not self.jobs else self.jobs

    def _run(self, words: list[str]) -> subprocess.Popen[bytes]:
        with (self.instance / f"{words[0]}.log").open("ab") as log:
            return subprocess.Popen(
                [*FLASK, *words],
                cwd=ROOT,
                env=self.environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """As when the power fails."""
        for process in (self.web, self.jobs):
            if process:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.web = self.jobs = None

    def end_web(self) -> None:
        """As a service manager stops it: it finishes what it has begun."""
        self.web.terminate()
        self.web.wait(120)
        self.web = None

    def mistakes(self) -> list[str]:
        """The lines of its logs that tell of an error that nobody had thought of."""
        logs = [log.read_text() for log in self.instance.glob("*.log")]
        return [line for log in logs for line in log.splitlines() if "unhandled_exception" in line]

    def ready(self) -> dict[str, object]:
        """What /readyz says; nothing at all where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=20) as got:
                return dict(json.load(got))
        except urllib.error.HTTPError as error:
            return dict(json.load(error)) if "json" in error.headers["Content-Type"] else {}
        except OSError:
            return {}

    def is_ready(self) -> bool:
        """Whether a balancer would send to it."""
        return bool(self.ready().get("ready"))


class Services:
    """PostgreSQL, Redis and nginx."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.database = f"postgresql://evenkeel@127.0.0.1:{port + 5}/postgres"
        self.redis_url = f"redis://:{PASSWORD}@127.0.0.1:{port + 6}/0"
        self.redis: subprocess.Popen[bytes] | None = None
        self.nginx: subprocess.Popen[bytes] | None = None
        self._programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]

    def start_postgresql(self) -> None:
        """A new one, as durable as one that is installed: fsync is on."""
        home = self.folder / "postgresql"
        home.mkdir()
        if os.getuid() == 0:
            shutil.chown(home, "postgres")
        init = [str(self._programs / "initdb"), "--auth=trust", "--username=evenkeel"]
        subprocess.run(
            as_postgres(*init, f"--pgdata={home / 'data'}"), check=True, stdout=subprocess.DEVNULL
        )
        self._pg_ctl("start", f"--options=-p {self.port + 5} -k {home} -h 127.0.0.1")

    def restart_postgresql(self) -> None:
        """As for an upgrade: running requests are cut off."""
        self._pg_ctl("restart", "--mode=fast")

    def _pg_ctl(self, verb: str, *options: str) -> None:
        home = self.folder / "postgresql"
        command = [str(self._programs / "pg_ctl"), verb, "--wait", "--silent", *options]
        subprocess.run(
            as_postgres(*command, f"--pgdata={home / 'data'}", f"--log={home / 'log'}"), check=True
        )

    def start_redis(self) -> None:
        """With a password, keeping nothing."""
        self.redis = subprocess.Popen(
            ["redis-server", "--port", str(self.port + 6), "--bind", "127.0.0.1", "--save", "",
             "--requirepass", PASSWORD], stdout=subprocess.DEVNULL, cwd=self.folder,
        )  # fmt: skip

    def balance(self, machines: list[Machine], *, without: Machine | None = None) -> None:
        """Let nginx send to the machines, all but one that is taken out."""
        away = {machine: " down" if machine is without else "" for machine in machines}
        servers = "\n        ".join(
            f"server 127.0.0.1:{machine.port} max_fails=1 fail_timeout=2s{away[machine]};"
            for machine in machines
        )
        plan = (ROOT / "deploy/cluster/nginx.conf").read_text()
        words = {"USER": "user root;" * (os.getuid() == 0), "SERVERS": servers, "PORT": self.port}
        for word, value in words.items():
            plan = plan.replace(f"@{word}@", str(value))
        (self.folder / "nginx.conf").write_text(plan)
        if self.nginx is None:
            conf = ["-c", str(self.folder / "nginx.conf"), "-g", "daemon off;"]
            self.nginx = subprocess.Popen(["nginx", "-p", str(self.folder), *conf])
        else:
            self.nginx.send_signal(signal.SIGHUP)
            time.sleep(1.5)  # until its old worker takes no more

    def stop(self) -> None:
        """Stop what was started here."""
        for process in (self.nginx, self.redis):
            if process:
                process.terminate()
                process.wait(30)
        if (self.folder / "postgresql/data/postmaster.pid").exists():
            self._pg_ctl("stop", "--mode=immediate")
