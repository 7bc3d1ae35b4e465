"""Back the database up while it serves, and bring a backup back.

SQLite by its own online backup, PostgreSQL by pg_dump. Beside each file stands its SHA-256, and a
file appears under its name only once it is whole.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from moderation.db import now
from moderation.settings import Settings

STAMP = "%Y%m%dT%H%M%SZ"


class BackupError(Exception):
    """A backup that could not be made or brought back; the message says what to do."""


@dataclass(frozen=True)
class Backup:
    """One backup on disk."""

    path: Path
    made_at: datetime
    bytes: int
    sha256: str


def back_up(
    settings: Settings, folder: Path, *, at: datetime | None = None, snapshot: str | None = None
) -> Backup:
    """Write a backup into `folder`, checked, with its checksum beside it. Raises BackupError.

    `snapshot` is a moment that a transaction of PostgreSQL exported: for a drill.
    """
    at = (at or now()).astimezone(UTC)
    suffix = ".dump" if settings.database_url else ".sqlite"
    path = folder / f"evenkeel-{at.strftime(STAMP)}{suffix}"
    unfinished = path.with_name(path.name + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if settings.database_url:
            _dump(settings, unfinished, snapshot)
        else:
            _copy(_sqlite_of(settings), unfinished)
            _check(unfinished)
        unfinished.chmod(0o600)
        digest = _sha256(unfinished)
        path.with_name(path.name + ".sha256").write_text(f"{digest}  {path.name}\n", "ascii")
        unfinished.replace(path)
    except OSError as error:
        raise BackupError(f"{folder} cannot be written: {error.strerror}") from error
    except sqlite3.DatabaseError as error:
        raise BackupError(_why_not(error, folder)) from error
    finally:
        if unfinished.is_file():
            unfinished.unlink()
    return Backup(path, at, path.stat().st_size, digest)


def restore(settings: Settings, path: Path) -> Path | None:
    """Put a backup in the place of the data. Stop the site first.

    Returns where the SQLite file that was there has been kept, if there was one. Raises
    BackupError, and changes nothing, for a file that is damaged or of the other kind.
    """
    verify(path)
    if settings.database_url:
        _load(settings, path)
        return None
    _check(path)
    live = _sqlite_of(settings)
    live.parent.mkdir(parents=True, exist_ok=True)
    kept = _set_aside(live) if live.exists() else None
    _copy(path, live)
    return kept


def verify(path: Path) -> None:
    """Raise BackupError unless the file is there and what its checksum says, if it has one."""
    if not path.is_file():
        raise BackupError(f"there is no file {path}")
    beside = path.with_name(path.name + ".sha256")
    if beside.exists() and beside.read_text("ascii").split()[0] != _sha256(path):
        raise BackupError(f"{path} is not what its checksum says: it is damaged. Take another.")


def backups_in(folder: Path) -> Iterator[tuple[datetime, Path]]:
    """The backups that this program made there, with their moments."""
    for path in folder.glob("evenkeel-*"):
        if path.suffix in (".sqlite", ".dump"):
            try:
                made = datetime.strptime(path.stem.removeprefix("evenkeel-"), STAMP)
            except ValueError:
                continue
            yield made.replace(tzinfo=UTC), path


def to_keep(
    moments: Collection[datetime], *, days: int = 7, weeks: int = 4, months: int = 6
) -> frozenset[datetime]:
    """Which backups stay: the latest of each of the last days, weeks and months that have one."""
    kept: set[datetime] = set()
    for period, count in (("%Y-%m-%d", days), ("%G-%V", weeks), ("%Y-%m", months)):
        latest = {moment.strftime(period): moment for moment in sorted(moments)}
        kept |= set(sorted(latest.values())[-count:])
    return frozenset(kept)


def drop_old(folder: Path) -> int:
    """Delete the backups that the schedule does not keep. Returns how many."""
    found = dict(backups_in(folder))
    dropped = set(found) - to_keep(found)
    for moment in dropped:
        found[moment].unlink()
        found[moment].with_name(found[moment].name + ".sha256").unlink(missing_ok=True)
    return len(dropped)


def _why_not(error: sqlite3.DatabaseError, folder: Path) -> str:
    if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
        return f"{folder} has no room left for a backup: free some, or write it elsewhere"
    if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
        return "another program holds the database: try again, or look for one that is stuck"
    return f"the database is damaged ({error}): restore a backup"


def _sqlite_of(settings: Settings) -> Path:
    return settings.instance / "evenkeel.sqlite"


def _copy(source: Path, target: Path) -> None:
    """SQLite's online backup: one consistent moment, whoever writes meanwhile."""
    if not source.exists():
        raise BackupError(f"there is no database at {source}: nothing has been stored yet")
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing)


def _set_aside(live: Path) -> Path:
    """Keep a copy of the database; one that is damaged is moved away as it is."""
    kept = live.with_name(f"{live.name}.before-{now().strftime(STAMP)}")
    try:
        _copy(live, kept)
    except sqlite3.DatabaseError:
        for suffix in ("-wal", "-shm"):
            live.with_name(live.name + suffix).unlink(missing_ok=True)
        live.replace(kept)
    return kept


def _check(path: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
            connection.execute("SELECT 1 FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{path} is no database of Evenkeel: {error}") from error
    if found != "ok":
        raise BackupError(f"{path} is damaged: {found}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _dump(settings: Settings, target: Path, snapshot: str | None = None) -> None:
    program, environ = _client(settings, "pg_dump")
    of = [f"--snapshot={snapshot}"] if snapshot else []
    _run([program, "--format=custom", f"--file={target}", *of], environ)


def _load(settings: Settings, path: Path) -> None:
    program, environ = _client(settings, "pg_restore")
    options = ["--clean", "--if-exists", "--no-owner", "--single-transaction"]
    _run([program, *options, f"--dbname={environ['PGDATABASE']}", str(path)], environ)


def _client(settings: Settings, program: str) -> tuple[str, dict[str, str]]:
    """A program of PostgreSQL's, and where to connect; the password is on no command line."""
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"{program} is missing: install the package postgresql-client")
    url = make_url(settings.database_url)
    given = {
        "PGHOST": url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    return found, {**os.environ, **{name: str(value) for name, value in given.items() if value}}


def _run(command: list[str], environ: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL's with our own words
        command, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise BackupError(f"{Path(command[0]).name} failed: {last}")
