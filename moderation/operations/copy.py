"""Copy a whole site into another database: from SQLite to PostgreSQL, or back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flask_migrate
from sqlalchemy import URL, Connection, Engine, Table, func, insert, make_url, select, text
from sqlalchemy.exc import DBAPIError

from moderation.operations.contents import Tally, batches, contents_of, database_at, tables
from moderation.text.storable import REPLACEMENT


class CopyError(Exception):
    """A site that could not be copied; the target is as it was. The message says what to do."""


@dataclass(frozen=True)
class CopiedTable:
    """What was copied of one table: the same was found in the target afterwards."""

    name: str
    rows: int
    checksum: str


Progress = Callable[[str, int], object]


def copy_site(source: Engine, url: str, *, progress: Progress) -> Sequence[CopiedTable]:
    """Copy every row of `source` to the database at `url`, whose tables must be empty.

    All in one transaction: what breaks off leaves an empty target, and is simply run again.
    Nothing can be written to the source meanwhile. PostgreSQL holds no NUL in a text: U+FFFD stands
    for it. `progress` is called with a table's name and the number of rows just copied. Raises
    CopyError.
    """
    if _place(source.url) == _place(make_url(url)):
        raise CopyError("that is the database that is copied from: name another with --to")
    with source.connect().execution_options(writing=True) as reading:
        _keep_still(reading)
        with database_at(url) as target:
            try:
                flask_migrate.upgrade()
                with target.connect().execution_options(writing=True) as writing, writing.begin():
                    return _copy_all(reading, writing, progress)
            except DBAPIError as error:
                raise CopyError(_said(error)) from error


def size_of(source: Engine) -> Mapping[str, int]:
    """The number of rows of each table."""
    with source.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in tables()
        }


def _copy_all(
    reading: Connection, writing: Connection, progress: Progress
) -> Sequence[CopiedTable]:
    for table in tables():
        if writing.scalar(select(func.count()).select_from(table)):
            raise CopyError(f"{table.name} has rows already: name an empty database with --to")
    sent = {table.name: _copy_table(reading, writing, table, progress) for table in tables()}
    for table in tables():
        _count_on(writing, table)
    found = contents_of(writing)
    for name, tally in sent.items():
        if found[name] != tally:
            raise CopyError(f"{name} came out different: {found[name].rows} of {tally.rows} rows")
    return [CopiedTable(name, tally.rows, tally.checksum) for name, tally in sent.items()]


def _copy_table(
    reading: Connection, writing: Connection, table: Table, progress: Progress
) -> Tally:
    tally = Tally()
    names = [column.name for column in table.columns]
    for batch in batches(reading, table):
        rows = [tuple(_without_nul(value) for value in row) for row in batch]
        writing.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
        for row in rows:
            tally.add(row)
        progress(table.name, len(rows))
    return tally


def _without_nul(value: Any) -> Any:
    return value.replace("\0", REPLACEMENT) if isinstance(value, str) else value


def _count_on(writing: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after the copied ones; SQLite does so by itself."""
    number = table.autoincrement_column
    if number is None or writing.dialect.name != "postgresql":
        return
    sequence = func.pg_get_serial_sequence(table.name, number.name)
    highest = select(func.max(number)).scalar_subquery()
    writing.execute(select(func.setval(sequence, highest)).where(highest.is_not(None)))


def _keep_still(reading: Connection) -> None:
    """Let nobody write to what is copied. SQLite: the transaction does, it is a writing one."""
    reading.begin()
    if reading.dialect.name == "postgresql":
        reading.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        listed = ", ".join(f'"{table.name}"' for table in tables())
        reading.execute(text(f"LOCK TABLE {listed} IN SHARE MODE"))


def _place(url: URL) -> tuple[str, str | None, int | None, str | None]:
    return url.get_backend_name(), url.host, url.port, url.database


def _said(error: DBAPIError) -> str:
    """What the database said of it, in one line and without the values, which may be comments."""
    return f"the target could not be written: {type(error.orig).__name__}"
