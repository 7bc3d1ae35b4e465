"""Look at many comments before the same is done to all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from moderation.comments.status import WAYS
from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db
from moderation.review.decide import MOST_AT_ONCE

SHOWN = 20


@dataclass(frozen=True)
class Preview:
    """What many comments are now, and what could be done to how many of them."""

    comments: Sequence[Comment]
    asked: int

    @property
    def shown(self) -> Sequence[Comment]:
        """The first of them, to look at."""
        return self.comments[:SHOWN]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many stand where."""
        return Counter(str(comment.status) for comment in self.comments)

    @property
    def escalated(self) -> int:
        """How many of them wait for an admin."""
        return sum(comment.hold_reason == HoldReason.ESCALATED for comment in self.comments)

    @property
    def possible(self) -> Mapping[Status, int]:
        """To how many of them each decision could be made."""
        found = Counter(
            to
            for comment in self.comments
            for to in (Status.PUBLISHED, Status.REJECTED, Status.REMOVED)
            if (Status(comment.status), to) in WAYS and comment.erased_at is None
        )
        return dict(found)

    @property
    def too_many(self) -> bool:
        """Whether more were asked for than go at once."""
        return self.asked > MOST_AT_ONCE


def preview_of(comment_ids: Collection[int]) -> Preview:
    """The comments with these numbers, worst first; no more than go at once."""
    numbers = list(dict.fromkeys(comment_ids))
    comments = db.session.scalars(
        select(Comment)
        .where(Comment.id.in_(numbers[:MOST_AT_ONCE]))
        .order_by(Comment.urgency.desc(), Comment.id)
    ).all()
    return Preview(comments, len(numbers))
