"""The database: one SQLAlchemy, and the one way to write to it.

Reading needs nothing special. Every write happens inside `with writing() as session:`,
which on SQLite opens with BEGIN IMMEDIATE: a transaction that reads first and writes later
fails at once with "database is locked" when another writer came between, whatever the busy
timeout. A flush outside `writing()` is refused, so that no path can forget it.
"""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Dialect, Engine, Integer, MetaData, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from moderation.storage import Storage

BUSY_TIMEOUT_MS = 10_000
# For each connection, of which a process has up to five. What is read again is in the system's own
# cache, once for all: with four times as much nothing was quicker (docs/decisions/0311-memory.md).
CACHE_KIB = 500
# Of a web worker's four threads so many may wait for SQLite's one writer, and the fourth so many
# seconds for them: when somebody holds the database for long, there is a thread left that reads.
WAITING_WRITERS = 3
TURN_SECONDS = 0.25
# To PostgreSQL. Five stay open: one for each of a web worker's four threads, and one for a turn
# (see `alone`). One that a restart has broken is noticed when it is taken, and replaced.
CONNECTIONS = {
    "pool_size": 5,
    "max_overflow": 5,
    "pool_timeout": BUSY_TIMEOUT_MS / 1000,
    "pool_pre_ping": True,
    "pool_recycle": 1800,
    "connect_args": {"connect_timeout": 5, "application_name": "evenkeel"},
}


class Base(DeclarativeBase):
    """The base of every table; constraints get stable names, which migrations need."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)
if TYPE_CHECKING:
    Model = Base  # Flask-SQLAlchemy makes its class as it runs: no checker can see it
else:
    Model = db.Model
migrate = Migrate(directory="migrations", render_as_batch=True)

# SQLite counts rows by themselves only in a column that is exactly INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")
MAX_ID = 2**63 - 1


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. A naive one is refused: it would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


class _Turns:
    """Lets few threads at once wait for SQLite's one writer."""

    def __init__(self) -> None:
        self._free = threading.BoundedSemaphore(WAITING_WRITERS)

    def __enter__(self) -> None:
        if not self._free.acquire(timeout=TURN_SECONDS):
            raise OperationalError("BEGIN IMMEDIATE", None, TimeoutError("others wait already"))

    def __exit__(self, *_: object) -> None:
        self._free.release()


_turns = _Turns()


@contextmanager
def writing(*, patient: bool = True) -> Iterator[Session]:
    """One writing transaction: committed at the end, rolled back on any error.

    What was read before is forgotten, so what is read inside is current. Inside another
    `writing()` it joins that one, and the outer one commits. Raises OperationalError if the
    database does not take it in time; with `patient=False`, for what may as well not be
    written, SQLite's is not waited for at all.
    """
    session = db.session()
    if session.info.get("writing"):
        yield session
        return
    session.rollback()
    session.info["writing"] = True
    try:
        with _turns if db.engine.dialect.name == "sqlite" else nullcontext():
            session.connection(execution_options={"writing": "patiently" if patient else "at once"})
            yield session
            session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["writing"] = False


@contextmanager
def alone(name: str, *, wait: bool = True) -> Iterator[bool]:
    """Whether it is ours alone to do `name` now, of all who share the database.

    Waits for its turn, or with `wait=False` yields False at once. A turn ends with its process,
    however that ends: on PostgreSQL it is an advisory lock, on SQLite a locked file.
    """
    turn = _turn_of_postgresql if db.engine.dialect.name == "postgresql" else _turn_of_file
    while True:
        with turn(name) as ours:
            if ours or not wait:
                yield ours
                return
        time.sleep(0.1)


@contextmanager
def _turn_of_postgresql(name: str) -> Iterator[bool]:
    key = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        ours = bool(connection.scalar(select(func.pg_try_advisory_lock(key))))
        try:
            yield ours
        finally:
            if ours:
                connection.scalar(select(func.pg_advisory_unlock(key)))


@contextmanager
def _turn_of_file(name: str) -> Iterator[bool]:
    beside = Path(db.engine.url.database or "").with_name(f"{name}.lock")
    with beside.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def init_app(app: Flask) -> None:
    """Bind the database to the application, with its pragmas and transactions."""
    if make_url(app.config["SQLALCHEMY_DATABASE_URI"]).get_backend_name() == "postgresql":
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = CONNECTIONS
    db.init_app(app)
    migrate.init_app(app, db)
    with app.app_context():
        engine = db.engine
    on_sqlite = engine.dialect.name == "sqlite"
    storage = Storage(Path(engine.url.database or "").parent if on_sqlite else None)
    app.extensions["storage"] = storage
    storage.watch(engine)
    if on_sqlite:
        _teach_sqlite(engine, storage)
    else:
        _teach_postgresql(engine)


def current_storage() -> Storage:
    """How the storage of the application at work is."""
    storage: Storage = current_app.extensions["storage"]
    return storage


@event.listens_for(Session, "before_flush")
def _refuse_writes_elsewhere(session: Session, *_: Any) -> None:
    if not session.info.get("writing"):
        session.expunge_all()
        raise RuntimeError("write inside `with moderation.db.writing():`, nowhere else")


def _teach_postgresql(engine: Engine) -> None:
    from psycopg import Error

    @event.listens_for(engine, "connect")
    def limits(connection: Any, _: Any) -> None:
        """Wait no longer than on SQLite, let go of what a vanished machine holds, use indexes."""
        try:
            connection.autocommit = True
            connection.execute(f"SET lock_timeout = {BUSY_TIMEOUT_MS}")
            connection.execute("SET idle_in_transaction_session_timeout = '60s'")
            # As shipped, a page by an index is four times as dear as one in a row, as on a turning
            # disk: between two VACUUMs the planner would rather read the whole table of comments.
            connection.execute("SET random_page_cost = 1.1")
            connection.autocommit = False
        except Error as error:  # it is shutting down: as if it had not let us in
            raise OperationalError("SET", None, error) from error


def _teach_sqlite(engine: Engine, storage: Storage) -> None:
    @event.listens_for(engine, "connect")
    def pragmas(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours: see `begin`
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # an acknowledged comment survives a crash
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writing = connection.get_execution_options().get("writing")
        if not writing:
            connection.exec_driver_sql("BEGIN")
            return
        storage.ask_for_room()
        if writing == "at once":
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
