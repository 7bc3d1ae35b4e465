"""What is known of an author, by whom we take to have written one comment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from moderation.comments.tables import Comment, Status
from moderation.db import db
from moderation.policy.decide import Policy
from moderation.scoring.labels import LABELS
from moderation.web.pagination import Page, page_of

NEWEST_FIRST = (Comment.created_at, Comment.id)
MOST_NAMES = 20


@dataclass(frozen=True)
class Rate:
    """How many of the scored comments of an author are over the threshold of one class."""

    label: str
    over: int
    scored: int

    @property
    def share(self) -> float:
        """Within 0-1; 0 where nothing was scored."""
        return self.over / self.scored if self.scored else 0.0


@dataclass(frozen=True)
class Record:
    """How an author's comments fared; `names` are all that they went by, the latest first."""

    first_seen: datetime
    last_seen: datetime
    counts: Mapping[Status, int]
    reported: int
    rates: Sequence[Rate]
    names: Sequence[str]

    @property
    def total(self) -> int:
        """How many comments they sent."""
        return sum(self.counts.values())


def record_of(author_key: str, policy: Policy) -> Record:
    """The record of an author who sent at least one comment; rates are by `policy`."""
    theirs = Comment.author_key == author_key
    by_status = db.session.execute(
        select(Comment.status, func.count()).where(theirs).group_by(Comment.status)
    ).all()
    found = {Status(status): count for status, count in by_status}
    overs = [func.count().filter(_over(label, policy)) for label in LABELS]
    first, last, reported, scored, *over = db.session.execute(
        select(
            func.min(Comment.created_at),
            func.max(Comment.created_at),
            func.count().filter(Comment.reports > 0),
            func.count(Comment.toxic),
            *overs,
        ).where(theirs)
    ).one()
    return Record(
        first_seen=first,
        last_seen=last,
        counts={status: found[status] for status in Status if status in found},
        reported=reported,
        rates=[Rate(label, n, scored) for label, n in zip(LABELS, over, strict=True)],
        names=_names_of(theirs),
    )


def comments_by(
    author_key: str, *, after: str | None = None, before: str | None = None
) -> Page[Comment]:
    """Their comments, newest first. Raises BadCursor."""
    query = select(Comment).where(Comment.author_key == author_key)
    return page_of(query, NEWEST_FIRST, descending=True, after=after, before=before, size=20)


def _names_of(theirs: ColumnElement[bool]) -> Sequence[str]:
    return db.session.scalars(
        select(Comment.author_name)
        .where(theirs)
        .group_by(Comment.author_name)
        .order_by(func.max(Comment.id).desc())
        .limit(MOST_NAMES)
    ).all()


def _over(label: str, policy: Policy) -> ColumnElement[bool]:
    column: ColumnElement[float] = getattr(Comment, label)
    return column >= policy.thresholds[label].review
