"""Whether this node can serve: the database, the model, the disk, and how far the jobs lag."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, text

from moderation.comments.tables import Comment, HoldReason
from moderation.db import db, now
from moderation.scoring.serving import current_scorer
from moderation.settings import Settings

LEAST_DISK = 200 * 2**20  # bytes: SQLite needs room for its log
# An unscored comment this old says that the scorer or the job worker is away.
LAG = timedelta(minutes=5)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: whether it serves, and in a word how it is."""

    name: str
    ok: bool
    said: str


def checks(settings: Settings) -> Sequence[Check]:
    """Look at everything. What fails is said by its kind alone: anybody may ask."""
    return [
        _look("database", _database),
        _look("model", lambda: current_scorer().version),
        _look("disk", lambda: _disk(settings)),
        _look("jobs", _jobs),
    ]


def _look(name: str, found: Callable[[], str]) -> Check:
    try:
        return Check(name, True, found())
    except Exception as error:  # whatever it is, this node must say so and not fall
        db.session.rollback()
        return Check(name, False, str(error) if isinstance(error, Unfit) else type(error).__name__)


class Unfit(Exception):
    """It answers, and cannot serve all the same; the message says why."""


def _database() -> str:
    db.session.execute(text("SELECT 1 FROM policy_versions LIMIT 1"))
    return "answers"


def _disk(settings: Settings) -> str:
    free = shutil.disk_usage(settings.instance).free
    if free < LEAST_DISK:
        raise Unfit(f"{free // 2**20} MiB free")
    return "has room"


def _jobs() -> str:
    """How far the jobs lag. A web node serves without them, so that never fails."""
    oldest = db.session.scalar(
        select(func.min(Comment.created_at)).where(Comment.hold_reason == HoldReason.UNSCORED)
    )
    return "late" if oldest is not None and oldest < now() - LAG else "in time"
