"""Where two people, or a person and the model, differ: a queue of its own, until it is settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from moderation.accounts.tables import User
from moderation.audit.record import Actor, record
from moderation.comments.tables import Comment, Status
from moderation.db import db, now, writing
from moderation.quality.looks import AGAINST
from moderation.quality.tables import Look
from moderation.review.decide import Judgement, decide
from moderation.review.labels import Labelled, labels_on
from moderation.review.tables import Verdict

SHOWN = 30
_OPEN = (Look.disputed, Look.settled_at.is_(None))


@dataclass(frozen=True)
class Disagreement:
    """A comment of which two said different things; `first` is None where it was the model."""

    look: Look
    comment: Comment
    first: str | None
    second: str
    labels: Sequence[Labelled]
    involved: frozenset[int | None]

    @property
    def wanted(self) -> Status:
        """Where the second would have it."""
        if not self.look.reject:
            return Status.PUBLISHED
        return Status.REMOVED if self.comment.status == Status.PUBLISHED else Status.REJECTED

    @property
    def stands_there(self) -> bool:
        """Whether it is there by now, or waits for a decision anyway."""
        against = self.comment.status in AGAINST
        return self.comment.status == Status.HELD or against == bool(self.look.reject)


def count_disagreements() -> int:
    """How many are not settled."""
    return db.session.scalar(select(func.count()).select_from(Look).where(*_OPEN)) or 0


def disagreements(look_id: int | None = None) -> Sequence[Disagreement]:
    """The oldest that are not settled, or the one of this look if it is not."""
    first, second = aliased(User), aliased(User)
    rows = db.session.execute(
        select(Look, Comment, first, second.display_name)
        .join(Comment, Comment.id == Look.comment_id)
        .join(second, second.id == Look.user_id)
        .outerjoin(Verdict, Verdict.id == Look.verdict_id)
        .outerjoin(first, first.id == Verdict.user_id)
        .where(*_OPEN, *([] if look_id is None else [Look.id == look_id]))
        .order_by(Look.answered_at, Look.id)
        .limit(SHOWN)
    ).all()
    return [
        Disagreement(
            look=look,
            comment=comment,
            first=None if person is None else person.display_name,
            second=name,
            labels=labels_on(comment.id),
            involved=frozenset({look.user_id} if person is None else {look.user_id, person.id}),
        )
        for look, comment, person, name in rows
    ]


def settle(
    look_id: int, *, change: bool, seen: Status, by: Actor, may_settle_any: bool = False
) -> None:
    """End a disagreement: leave the comment as it is, or decide it as the second person would.

    Raises LookupError if it is settled, PermissionError if this person is one of the two (unless
    `may_settle_any`), and whatever `decide` raises: then nothing is settled.
    """
    with writing():
        found = next(iter(disagreements(look_id)), None)
        if found is None:
            raise LookupError("this disagreement is settled")
        if by.id in found.involved and not may_settle_any:
            raise PermissionError("somebody else settles what you were part of")
        if change:
            judgement = Judgement(found.wanted, note="after a second look")
            decide(found.comment.id, judgement, by, seen=seen, may_settle_escalated=may_settle_any)
        found.look.settled_at, found.look.settled_by = now(), by.id
        record("look.settled", by, ("look", look_id), after="changed" if change else "kept")
