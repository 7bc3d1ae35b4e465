"""A filled site to measure: made-up comments in SQLite or PostgreSQL, and a signed-in moderator."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import flask_migrate
from flask import Flask
from flask.testing import FlaskClient
from rich.progress import track
from sqlalchemy import create_engine, insert, text
from sqlalchemy.engine import make_url

from moderation import create_app
from moderation.accounts.tables import User
from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db, now, writing
from moderation.policy.versions import ensure_first_policy
from moderation.review.why import WITHOUT_SCORES
from moderation.scoring.labels import LABELS
from moderation.settings import Settings
from moderation.web.permissions import Role

BATCH = 10_000
EVENLY = 7_000
# Words that most comments have, that one in a hundred has, and that one in ten thousand has.
COMMON = re.findall(
    r"\w+", "the bridge opens late and nobody on the council asked who pays for it this time"
)
UNCOMMON = ("harbour", 0.01), ("lighthouse", 0.0001)


@contextmanager
def filled_site(comments: int, held: int, postgresql: str | None) -> Iterator[Flask]:
    """An application over a new database with so many comments, dropped at the end.

    `postgresql` is the address of a server on which a database may be created; None: SQLite.
    """
    name = f"evenkeel_benchmark_{os.getpid()}_{comments}"
    with TemporaryDirectory() as folder, _new_database(postgresql, name) as address:
        settings = Settings(
            instance=Path(folder), secret_key="x" * 40, log_level="WARNING", database_url=address
        )
        app = create_app(settings)
        with app.app_context():
            flask_migrate.upgrade()
            ensure_first_policy(dict.fromkeys(LABELS, 0.6), "benchmark")
            _fill(comments, held)
            db.session.remove()
            db.engine.dispose()
        yield app
        with app.app_context():
            db.engine.dispose()


def moderator_of(app: Flask) -> FlaskClient:
    """A client that is signed in as a moderator."""
    client = app.test_client()
    with app.app_context():
        with writing() as session:
            mona = User(email="m@example.org", display_name="Mona", role=Role.MODERATOR)
            session.add(mona)
        with client.session_transaction() as cookie:
            cookie["_user_id"] = mona.fs_uniquifier
            cookie["_fresh"] = True
        db.session.remove()
    return client


@contextmanager
def _new_database(server: str | None, name: str) -> Iterator[str]:
    if server is None:
        yield ""
        return
    engine = create_engine(make_url(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


def _fill(comments: int, held: int) -> None:
    chance, writers = random.Random(20), comments // 50
    indexes = sorted(Comment.__table__.indexes, key=lambda index: str(index.name))
    for index in indexes:  # made anew when all is there: a fourth of the time
        index.drop(db.engine)
    for start in track(range(0, comments, BATCH), f"{comments:,} comments", transient=True):
        numbers = range(start, min(start + BATCH, comments))
        with writing() as session:
            session.execute(
                insert(Comment.__table__),
                [_made_up(number, held / comments, writers, chance) for number in numbers],
            )
    for index in track(indexes, "indexes", transient=True):
        index.create(db.engine)
    if db.engine.dialect.name == "postgresql":  # as its own housekeeping would, by and by
        autocommit = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        with autocommit as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _made_up(number: int, held: float, writers: int, chance: random.Random) -> dict[str, object]:
    """One comment; of those that are not held, nineteen in twenty are published."""
    if chance.random() < held:
        status = Status.HELD
        # Of the first ones as many for each reason: in the small site, too, their lists are full.
        by_score = number >= EVENLY and chance.random() < 0.92
        reason = HoldReason.SCORE if by_score else chance.choice([*HoldReason])
    else:
        status = chance.choices([Status.PUBLISHED, Status.REJECTED, Status.REMOVED], [95, 4, 1])[0]
        reason = None
    scored = reason not in WITHOUT_SCORES
    scores = {label: _score(status, chance) if scored else None for label in LABELS}
    writer = chance.randrange(writers)
    sent = now() - timedelta(seconds=chance.randrange(90 * 86_400))
    words = chance.choices(COMMON, k=chance.randrange(5, 80))
    words += [word for word, share in UNCOMMON if chance.random() < share]
    return {
        # One comment in ten is on the front page: in the small site, too, its list is full.
        "page": "front" if chance.random() < 0.1 else f"page-{chance.randrange(200)}",
        "author_name": f"Writer {writer}",
        "author_key": f"name:writer {writer}",
        "text": " ".join(words),
        "created_at": sent,
        "due_at": sent + timedelta(hours=chance.choice([1, 4, 24])),
        "status_token": f"token-{number}",
        "status": status,
        "hold_reason": reason,
        "urgency": max(value for value in scores.values() if value) if scored else 1.0,
        "reports": int(status is Status.PUBLISHED and chance.random() < 0.005),
        "published_by_hand": False,
        "tries": 1,
        "model_version": "benchmark" if scored else None,
        "policy_version": 1 if scored else None,
        **scores,
    }


def _score(status: Status, chance: random.Random) -> float:
    """Mostly low; of held comments often over the threshold."""
    return chance.betavariate(1.2, 1.6) if status is Status.HELD else chance.betavariate(0.4, 4)
