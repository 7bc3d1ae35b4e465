"""Look for damage in a SQLite file before it is used."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

LOOK_SECONDS = 10.0  # a start waits no longer; the nightly backup looks through all of it


class Damaged(Exception):
    """The file is not whole; the message says what to do."""


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether SQLite says that a file is damaged, or none of its own."""
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def look_for_damage(database: Path, *, seconds: float = LOOK_SECONDS) -> bool:
    """Raise Damaged if the database is. Returns whether there was time to look at all of it."""
    if not database.exists():
        return True
    until = time.monotonic() + seconds
    with closing(sqlite3.connect(database)) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > until, 100_000)
        try:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                return False  # out of time, or held by another: no word about damage
            found = str(error)
    if found != "ok":
        raise Damaged(
            f"{database} is damaged: {found.splitlines()[-1]}. Bring the newest backup back with"
            " flask restore FILE; what is there is kept beside it."
        )
    return True
