"""Prove that a backup comes back: make one, restore it into a new database, and read both."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, create_engine, func, make_url, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from moderation.operations.backup import BackupError, back_up, restore, verify
from moderation.operations.contents import Tally, contents_of, database_at
from moderation.settings import Settings

Contents = Mapping[str, Tally]


def drill(settings: Settings) -> tuple[Contents, Contents]:
    """What was saved and what came back, table by table. Nothing of the site is touched.

    PostgreSQL brings it back into a scratch database on the same server. Raises BackupError.
    """
    with TemporaryDirectory() as folder:
        if settings.database_url:
            return _on_postgresql(settings, Path(folder))
        return _on_sqlite(settings, Path(folder))


def contents_at(url: str) -> Contents:
    """What the database at `url` holds."""
    with database_at(url) as engine, engine.connect() as connection:
        return contents_of(connection)


def _on_sqlite(settings: Settings, folder: Path) -> tuple[Contents, Contents]:
    made = back_up(settings, folder)
    verify(made.path)
    elsewhere = replace(settings, instance=folder / "restored")
    restore(elsewhere, made.path)
    return contents_at(f"sqlite:///{made.path}"), contents_at(elsewhere.database)


def _on_postgresql(settings: Settings, folder: Path) -> tuple[Contents, Contents]:
    # One moment for both: what the dump saves is what is read here, whoever writes meanwhile.
    site = create_engine(settings.database, isolation_level="REPEATABLE READ", poolclass=NullPool)
    with site.connect() as connection:
        moment = connection.scalar(select(func.pg_export_snapshot()))
        made = back_up(settings, folder, snapshot=moment)
        saved = contents_of(connection)
    verify(made.path)
    with _scratch_database(make_url(settings.database_url)) as url:
        elsewhere = replace(settings, database_url=url)
        restore(elsewhere, made.path)
        return saved, contents_at(elsewhere.database)


@contextmanager
def _scratch_database(site: URL) -> Iterator[str]:
    name = f"evenkeel_drill_{secrets.token_hex(4)}"
    server = create_engine(
        site.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except DBAPIError as error:
        raise BackupError(
            "no scratch database could be made. The drill needs a user that may:"
            f" ALTER ROLE {site.username} CREATEDB"
        ) from error
    try:
        yield site.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
