"""What a database holds, to compare two: the rows of each table counted, and a hash of them all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Engine, Row, Table, select

from moderation import db as database

BATCH = 1000


@dataclass
class Tally:
    """Rows counted, and the sum of their hashes: the same in whatever order they come."""

    rows: int = 0
    total: int = field(default=0, repr=False)

    def add(self, row: Iterable[Any]) -> None:
        """Count one row, of plain values as SQLAlchemy gives them."""
        digest = hashlib.sha256(repr(tuple(row)).encode("utf-8", "surrogatepass")).digest()
        self.total = (self.total + int.from_bytes(digest)) % 2**256
        self.rows += 1

    @property
    def checksum(self) -> str:
        """In hexadecimal."""
        return f"{self.total:064x}"


def tables() -> list[Table]:
    """Every table of ours, one that others refer to before them."""
    return list(database.db.metadata.sorted_tables)


def contents_of(connection: Connection) -> Mapping[str, Tally]:
    """The tally of every table, at the moment that the connection's transaction sees."""
    found = {}
    for table in tables():
        tally = found[table.name] = Tally()
        for batch in batches(connection, table):
            for row in batch:
                tally.add(row)
    return found


def batches(connection: Connection, table: Table) -> Iterator[list[Row[Any]]]:
    """The rows of a table by their key, so many at a time that they fit into memory."""
    ordered = select(table).order_by(*table.primary_key)
    streamed = connection.execution_options(yield_per=BATCH).execute(ordered)
    yield from (list(part) for part in streamed.partitions())


@contextmanager
def database_at(url: str) -> Iterator[Engine]:
    """Another database than the site's, as the one that `moderation.db` speaks to."""
    app = Flask("moderation.elsewhere")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    database.init_app(app)
    with app.app_context():
        try:
            yield database.db.engine
        finally:
            database.db.session.remove()
            database.db.engine.dispose()
