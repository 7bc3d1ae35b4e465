"""Whether this node can serve: the database, the model, the disk, Redis, how far the jobs lag."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from time import time

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from moderation.comments.tables import Comment, HoldReason
from moderation.db import current_storage, db, now
from moderation.redis_pool import redis_pool
from moderation.scoring.serving import current_scorer
from moderation.settings import Settings

LEAST_DISK = 200 * 2**20  # bytes: SQLite needs room for its log
# An unscored comment this old says that the scorer or the job worker is away.
LAG = timedelta(minutes=5)
# This file in the instance folder, touched since the start, asks the balancer to send no more.
DRAIN = "drain"
STARTED = time()


class State(StrEnum):
    """How one thing is."""

    WELL = "well"
    DEGRADED = "degraded"  # the node serves on without it
    UNFIT = "unfit"  # the node cannot serve


@dataclass(frozen=True)
class Check:
    """One thing that was looked at, and in a word how it is."""

    name: str
    state: State
    said: str


def checks(settings: Settings) -> Sequence[Check]:
    """Look at everything. What fails is said by its kind alone: anybody may ask."""
    return [
        _look("database", _database),
        _look("model", _model),
        _look("disk", lambda: _disk(settings)),
        _look("jobs", _jobs),
        *([_look("redis", lambda: _redis(settings))] if settings.redis_url else []),
        *([Check("drain", State.UNFIT, "sends away")] if _drains(settings) else []),
    ]


def _look(name: str, found: Callable[[], str]) -> Check:
    try:
        return Check(name, State.WELL, found())
    except Degraded as error:
        return Check(name, State.DEGRADED, str(error))
    except Exception as error:  # whatever it is, this node must say so and not fall
        with suppress(DBAPIError):
            db.session.rollback()
        said = str(error) if isinstance(error, Unfit) else type(error).__name__
        return Check(name, State.UNFIT, said)


class Unfit(Exception):
    """It answers, and cannot serve all the same; the message says why."""


class Degraded(Exception):
    """It is not well, and this node serves without it; the message says how."""


def _database() -> str:
    db.session.execute(text("SELECT 1 FROM policy_versions LIMIT 1"))
    if current_storage().damaged:  # in another part of it, as some request found
        raise Unfit("damaged")
    return "answers"


def _model() -> str:
    """The version that is loaded. Where it does not score, comments are held, and it serves."""
    scorer = current_scorer()
    try:
        scorer.score(["good morning"])
    except Exception as error:
        raise Degraded("does not score") from error
    return scorer.version


def _disk(settings: Settings) -> str:
    free = shutil.disk_usage(settings.instance).free
    if free < LEAST_DISK:
        raise Unfit(f"{free // 2**20} MiB free")
    return "has room"


def _jobs() -> str:
    """How far the jobs lag."""
    oldest = db.session.scalar(
        select(func.min(Comment.created_at)).where(Comment.hold_reason == HoldReason.UNSCORED)
    )
    if oldest is not None and oldest < now() - LAG:
        raise Degraded("late")
    return "in time"


def _redis(settings: Settings) -> str:
    try:
        with Redis(connection_pool=redis_pool(settings)) as redis:
            redis.ping()
    except RedisError:
        raise Degraded("away: each worker counts for itself, jobs wait") from None
    return "answers"


def _drains(settings: Settings) -> bool:
    asked = settings.instance / DRAIN
    return asked.exists() and asked.stat().st_mtime > STARTED
