"""The storage under the database, where it fails us: full, or damaged.

Both are kinds of OperationalError: whoever is ready for a database that is away is ready for them.
"""

from __future__ import annotations

import errno
import math
import os
import time
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError

LEAST_FREE = 50 * 2**20  # bytes: with less, nothing is begun that might not fit
REMEMBERED = 30  # seconds that a refused write counts, where the disk itself looks free: quotas

_FULL = (13, "53100")  # SQLITE_FULL, and PostgreSQL's disk_full
_DAMAGED = (11, 26, "XX001", "XX002")  # SQLITE_CORRUPT, SQLITE_NOTADB; data_, index_corrupted


class DiskFull(OperationalError):
    """Nothing can be written until there is room again; reading goes on."""


class DatabaseDamaged(OperationalError):
    """What is stored cannot be trusted: an operator has to bring a backup back."""


class Storage:
    """How the storage is, as far as this process has seen. `folder` is None for a server's."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._refused_at = -math.inf
        self.damaged = False

    def is_full(self) -> bool:
        """Whether nothing can be written now: asked anew each time, so that it ends by itself."""
        return self._lacks_room() or time.monotonic() - self._refused_at < REMEMBERED

    def ask_for_room(self) -> None:
        """Raise DiskFull rather than begin to write what might not fit."""
        if self._lacks_room():
            raise DiskFull("BEGIN IMMEDIATE", None, OSError(errno.ENOSPC, "no room is left"))

    def watch(self, engine: Engine) -> None:
        """Raise what comes from full or damaged storage as such."""

        @event.listens_for(engine, "handle_error")
        def name_it(context: ExceptionContext) -> None:
            cause = context.original_exception
            code = _code_of(cause)
            if code in _FULL:
                self._refused_at = time.monotonic()
                raise DiskFull(context.statement, None, cause)
            if code in _DAMAGED:
                self.damaged = True
                raise DatabaseDamaged(context.statement, None, cause)

    def _lacks_room(self) -> bool:
        if self._folder is None:
            return False
        with suppress(OSError):  # not there yet
            found = os.statvfs(self._folder)
            return found.f_bavail * found.f_frsize < LEAST_FREE
        return False


def _code_of(error: BaseException) -> int | str | None:
    """SQLite's primary result code, or PostgreSQL's SQLSTATE."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if code is not None else getattr(error, "sqlstate", None)
