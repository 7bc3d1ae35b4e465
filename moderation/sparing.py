"""Libraries that take others along only because they are installed, imported without those.

huey would bring PostgreSQL's client, for a queue that we do not use; structlog and Mako bring rich
and Pygments, for colours that no service shows. Whoever needs one of these imports it later, as
usual. It is 14 MB of each process: docs/decisions/0311-memory.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module


@contextmanager
def _as_if_missing(*names: str) -> Iterator[None]:
    missing = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(missing))  # type: ignore[arg-type]  # None: not to be found
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]


with _as_if_missing("psycopg", "pygments", "rich"):
    for library in ("huey.storage", "mako.exceptions", "structlog"):
        import_module(library)
