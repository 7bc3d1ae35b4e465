"""Golden items: comments whose answer an admin has set, to see how well people and model do."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from moderation.audit.record import Actor, record
from moderation.comments.tables import Comment
from moderation.db import db, now, writing
from moderation.quality.tables import Golden
from moderation.scoring.labels import LABELS


def golden_items() -> Sequence[tuple[Golden, Comment]]:
    """Those in use, the latest first."""
    rows = db.session.execute(
        select(Golden, Comment)
        .join(Comment, Comment.id == Golden.comment_id)
        .where(Golden.retired_at.is_(None))
        .order_by(Golden.made_at.desc(), Golden.comment_id.desc())
    ).all()
    return [(golden, comment) for golden, comment in rows]


def set_golden(comment_id: int, *, reject: bool, labels: Collection[str], by: Actor) -> None:
    """Set the answer of a comment, anew if it has one.

    Raises LookupError if there is no such comment, ValueError for a class that there is not.
    """
    unknown = set(labels) - set(LABELS)
    if unknown:
        raise ValueError(f"there is no class {sorted(unknown)[0]!r}")
    with writing() as session:
        if session.get(Comment, comment_id) is None:
            raise LookupError(f"there is no comment {comment_id}")
        session.merge(
            Golden(
                comment_id=comment_id,
                reject=reject,
                labels=[label for label in LABELS if label in labels],
                made_at=now(),
                made_by=by.id,
                retired_at=None,
            )
        )
        record("golden.set", by, ("golden item", comment_id), after="reject" if reject else "keep")


def retire_golden(comment_id: int, by: Actor) -> None:
    """Show it to nobody any more; what was answered still counts. Raises LookupError."""
    with writing() as session:
        golden = session.get(Golden, comment_id)
        if golden is None or golden.retired_at is not None:
            raise LookupError("there is no such golden item")
        golden.retired_at = now()
        record("golden.retired", by, ("golden item", comment_id))
