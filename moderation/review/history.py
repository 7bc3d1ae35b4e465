"""What is known of an author: how their comments fared, and the latest of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from moderation.comments.tables import Comment, Status
from moderation.db import db

LATEST = 5


@dataclass(frozen=True)
class Author:
    """Everything by whom we take to be the author of one comment."""

    name: str
    email: str | None
    first_seen: datetime
    counts: Mapping[Status, int]
    others: Sequence[Comment]

    @property
    def total(self) -> int:
        """How many comments they sent."""
        return sum(self.counts.values())


def author_of(comment: Comment) -> Author:
    """The author of `comment`, with the latest of their other comments."""
    theirs = Comment.author_key == comment.author_key
    by_status = db.session.execute(
        select(Comment.status, func.count(), func.min(Comment.created_at))
        .where(theirs)
        .group_by(Comment.status)
    ).all()
    others = db.session.scalars(
        select(Comment)
        .where(theirs, Comment.id != comment.id)
        .order_by(Comment.created_at.desc(), Comment.id.desc())
        .limit(LATEST)
    ).all()
    found = {status: count for status, count, _ in by_status}
    return Author(
        name=comment.author_name,
        email=comment.author_email,
        first_seen=min(first for _, _, first in by_status),
        counts={status: found[status] for status in Status if status in found},
        others=others,
    )
