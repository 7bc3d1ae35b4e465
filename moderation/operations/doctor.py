"""Look at everything that an operator would, and say what to do about what is found."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import redis
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select

from moderation.db import db, now
from moderation.operations import doctor_work as work
from moderation.operations.findings import Finding, ok, problem, warning
from moderation.operations.health import LEAST_DISK
from moderation.operations.tables import JobRun
from moderation.scoring.serving import current_scorer
from moderation.settings import ROOT, Settings

LEAST_MEMORY = 150 * 2**20  # bytes: room for one more web worker
CLOCK_OFF = 5.0  # seconds that the database's clock may differ
PLAIN = "A plain word about the weather."


Look = Callable[[Settings], Iterator[Finding]]


def examine(settings: Settings, *, network: bool = False) -> Sequence[Finding]:
    """Every finding. With `network` also whether mail and webhook servers can be reached."""
    looks: list[tuple[str, Look]] = [
        ("settings", _settings),
        ("secret key", _secret_key),
        ("database", _database),
        ("disk", _disk),
        ("memory", _memory),
        ("model", _model),
        ("worker", work.worker),
        ("queue", work.queue),
        ("scoring", work.scoring),
        ("outbox", work.outbox),
        ("backups", work.backups),
        ("clock", _clock),
        ("redis", _redis),
    ]
    if network:
        looks.append(("network", _network))
    return [finding for what, look in looks for finding in _safely(what, look, settings)]


def _safely(what: str, look: Look, settings: Settings) -> list[Finding]:
    """What the look finds; a problem if it fails itself. By its kind: messages may hold secrets."""
    try:
        return list(look(settings))
    except Exception as error:  # one thing that cannot be looked at must not hide the others
        db.session.rollback()
        return [
            problem(
                what,
                f"cannot be looked at: {type(error).__name__}",
                "Mend what stands above first; then look into the log.",
            )
        ]


def _settings(settings: Settings) -> Iterator[Finding]:
    if not settings.https:
        yield warning(
            "https",
            "off: fine on this machine alone",
            "For the world: a proxy with TLS in front, and EVENKEEL_HTTPS=yes.",
        )
    elif not settings.trusted_proxies:
        yield warning(
            "https",
            "on, but no proxy is trusted",
            "Behind nginx or a balancer: EVENKEEL_TRUSTED_PROXIES=1, "
            "or all visitors look like one and HTTPS is not seen.",
        )
    else:
        yield ok("https", f"on, behind {settings.trusted_proxies} trusted proxy")
    if settings.hosts:
        yield ok("hosts", ", ".join(settings.hosts))
    else:
        told = problem if settings.https else warning
        yield told("hosts", "any name will do", "EVENKEEL_ALLOWED_HOSTS=comments.example.org")
    if settings.https and settings.public_url.startswith("http://"):
        yield problem(
            "public address", "http://, but the site is HTTPS", "EVENKEEL_PUBLIC_URL=https://…"
        )
    if not settings.metrics_token:
        yield ok("metrics", "/metrics is closed; EVENKEEL_METRICS_TOKEN opens it")


def _secret_key(settings: Settings) -> Iterator[Finding]:
    kept = settings.instance / "secret_key"
    if settings.secret_key or not kept.exists():
        yield ok("secret key", "set" if settings.secret_key else "not made yet")
        return
    mode = stat.S_IMODE(kept.stat().st_mode)
    if mode & 0o077:
        yield problem(
            "secret key",
            f"others may read {kept} (mode {mode:04o})",
            f"chmod 600 {kept}. If somebody may have read it: delete it and start "
            "again; everybody signs in anew.",
        )
    else:
        yield ok("secret key", "readable by its owner alone")


def _database(settings: Settings) -> Iterator[Finding]:
    with db.engine.connect() as connection:
        has = MigrationContext.configure(connection).get_current_revision()
    wants = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    if has != wants:
        yield problem(
            "database",
            f"at revision {has or 'none'}, not {wants}",
            "flask prepare brings it to today's tables.",
        )
        return
    yield ok("database", f"answers, at revision {has}")
    if not settings.database_url:
        address = f"file:{settings.instance / 'evenkeel.sqlite'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as file:
            found = file.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found == "ok":
            yield ok("integrity", "the file is whole")
        else:
            yield problem(
                "integrity",
                "the file is damaged",
                "Stop the site and bring a backup back: flask restore FILE --replace",
            )


def _disk(settings: Settings) -> Iterator[Finding]:
    use = shutil.disk_usage(settings.instance)
    said = f"{use.free / 2**30:.1f} GiB free"
    if use.free < LEAST_DISK:
        yield problem("disk", said, "Free the disk, or make it larger.")
    elif use.free < use.total / 10:
        yield warning("disk", said + ", less than a tenth", "Make room soon.")
    else:
        yield ok("disk", said)


def _memory(_: Settings) -> Iterator[Finding]:
    lines = Path("/proc/meminfo").read_text().splitlines()
    kilobytes = {name: int(rest.split()[0]) for name, rest in (x.split(":") for x in lines)}
    free = kilobytes["MemAvailable"] * 1024
    said = f"{free / 2**20:,.0f} MiB free of {kilobytes['MemTotal'] / 2**10:,.0f}"
    if free < LEAST_MEMORY:
        yield warning("memory", said, "WEB_CONCURRENCY=1, or a larger machine.")
    else:
        yield ok("memory", said)


def _model(_: Settings) -> Iterator[Finding]:
    began = time.perf_counter()
    try:
        scorer = current_scorer()
        [scores] = scorer.score([PLAIN])
    except Exception as error:  # its message names a file of ours and what to do
        yield problem(
            "model",
            f"{type(error).__name__}: {error}",
            "Restore it: git checkout -- models, or install the release again.",
        )
        return
    if scores is None:
        yield problem(
            "model",
            "it does not read plain words",
            "This is no model for this site: restore the one of the release.",
        )
    else:
        took = (time.perf_counter() - began) * 1000
        yield ok("model", f"{scorer.version}, verified and scoring ({took:.0f} ms)")


def _clock(settings: Settings) -> Iterator[Finding]:
    if settings.database_url:
        theirs = db.session.scalar(select(func.current_timestamp()))
        off = abs((now() - theirs).total_seconds()) if theirs else 0.0
        if off > CLOCK_OFF:
            yield problem(
                "clock",
                f"{off:.0f} s off the database's",
                "timedatectl set-ntp true, on both machines.",
            )
            return
    last = db.session.scalar(select(func.max(JobRun.ended_at)))
    if last is not None and last > now() + timedelta(seconds=CLOCK_OFF):
        yield problem(
            "clock",
            "a job ended in what is now the future",
            "The clock was put back. timedatectl set-ntp true",
        )
    else:
        yield ok("clock", f"{now():%Y-%m-%d %H:%M:%S} UTC")


def _redis(settings: Settings) -> Iterator[Finding]:
    if not settings.redis_url:
        return
    try:
        redis.Redis.from_url(settings.redis_url, socket_timeout=3, socket_connect_timeout=3).ping()
        yield ok("redis", "answers")
    except redis.RedisError as error:
        yield problem(
            "redis",
            f"does not answer: {type(error).__name__}",
            "Start it, or mend REDIS_URL. Until then limits are counted by each "
            "worker and no job runs.",
        )


def _network(settings: Settings) -> Iterator[Finding]:
    for what, address, port in (
        ("mail", settings.smtp_url, 587),
        ("webhook", settings.webhook_url, 443 if settings.webhook_url[:5] == "https" else 80),
    ):
        if not address:
            continue
        parts = urlsplit(address)
        try:
            socket.create_connection((parts.hostname or "", parts.port or port), 5).close()
            yield ok(what, f"{parts.hostname} can be reached")
        except OSError as error:
            yield problem(
                what,
                f"{parts.hostname}: {error.strerror or error}",
                "Is the name right, and does the firewall let us out?",
            )
    if settings.public_url:
        try:
            asked = Request(settings.public_url.rstrip("/") + "/healthz")  # noqa: S310 - http(s): see settings
            urlopen(asked, timeout=5).close()  # noqa: S310
            yield ok("public address", "answers")
        except OSError as error:
            yield problem(
                "public address",
                f"{type(error).__name__}",
                "Look at the proxy, its certificate and the name's address.",
            )
