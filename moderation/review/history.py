"""What was before: how an author's comments fared, and how comments were decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from moderation.accounts.tables import User
from moderation.comments.tables import Comment, Status
from moderation.db import db
from moderation.review.tables import Guideline, Verdict

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


@dataclass(frozen=True)
class Decided:
    """A verdict by which a comment stands where it does: whose it is, by which guideline."""

    verdict: Verdict
    by: str
    guideline: str | None


def decided_on(comment_ids: Collection[int]) -> Mapping[int, Decided]:
    """The latest such verdict on each of these comments that has one."""
    rows = db.session.execute(
        select(Verdict, User.display_name, Guideline.title)
        .join(Comment, Comment.id == Verdict.comment_id)
        .join(User, User.id == Verdict.user_id)
        .outerjoin(Guideline, Guideline.id == Verdict.guideline_id)
        .where(
            Verdict.comment_id.in_(comment_ids),
            Verdict.undone_at.is_(None),
            Verdict.to_status == Comment.status,
        )
        .order_by(Verdict.id)
    )
    return {verdict.comment_id: Decided(verdict, by, title) for verdict, by, title in rows}
