"""What runs here, in numbers: for the first page of an admin."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from moderation.comments.submit import SETTLED_AFTER
from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db, now


@dataclass(frozen=True)
class Overview:
    """Comments by status, those that wait without a score, and the database that holds them."""

    statuses: Mapping[Status, int]
    unscored: int  # for longer than a comment is in the hands of its own request
    quarantined: int
    database: str


def overview() -> Overview:
    """Count."""
    rows = db.session.execute(
        select(Comment.status, Comment.hold_reason, func.count()).group_by(
            Comment.status, Comment.hold_reason
        )
    ).all()
    statuses = dict.fromkeys(Status, 0)
    for status, _, count in rows:
        statuses[Status(status)] += count
    unscored = db.session.scalar(
        select(func.count())
        .select_from(Comment)
        .where(
            Comment.hold_reason == HoldReason.UNSCORED,
            Comment.created_at < now() - SETTLED_AFTER,
        )
    )
    quarantined = sum(n for _, reason, n in rows if reason == HoldReason.QUARANTINED)
    return Overview(statuses, unscored or 0, quarantined, _database())


@dataclass(frozen=True)
class Headline:
    """The one figure of a model, and what it was measured on."""

    mean_auc: float
    n: int
    data: str


def headline(card: Mapping[str, Any] | None) -> Headline | None:
    """The newest figure on test data in a model's card, else the one on validation data.

    A card's log of tests goes back to earlier versions; their figures are not this one's.
    """
    if card is None:
        return None
    metrics = card["metrics"]
    tested = [
        report
        for report in metrics.get("tests", [])
        if report["version"] == card["version"] and report["mean_auc"] is not None
    ]
    if tested:
        return Headline(tested[-1]["mean_auc"], tested[-1]["n"], "test data")
    validation = metrics.get("validation")
    if validation and validation["mean_auc"] is not None:
        return Headline(validation["mean_auc"], validation["n"], "validation data")
    return None


def _database() -> str:
    """The engine's name and version, such as 'PostgreSQL 15.8'."""
    dialect = db.engine.dialect
    if dialect.name == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    return f"PostgreSQL {'.'.join(map(str, dialect.server_version_info or ()))}".strip()
