"""Erase what nobody needs any more: the text and the author of what was turned down long ago."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from moderation.audit.record import SYSTEM, record
from moderation.comments.status import locked_all
from moderation.comments.tables import Comment, Report, Status
from moderation.db import db, now, writing
from moderation.policy.options import current_options
from moderation.review.tables import KeptExplanation, NearKey, Note

AT_ONCE = 500  # a transaction that long keeps nobody waiting
NOBODY = "Erased"


def erase_old(*, at: datetime | None = None) -> int:
    """Erase what was rejected or removed longer ago than the site keeps it. Returns how many.

    What stays is what figures and the audit trail need: the number, the times, the scores and
    the decisions. Nothing is erased while the option is 0.
    """
    at, days = at or now(), current_options().erase_after_days
    erased = 0
    while days and (numbers := _turned_down_before(at - timedelta(days=days))):
        with writing():
            for comment in locked_all(numbers).values():
                if comment.status in (Status.REJECTED, Status.REMOVED):  # not restored just now
                    _erase(comment, at)
                    erased += 1
            _drop_what_quotes(numbers)
    return erased


def _turned_down_before(moment: datetime) -> Collection[int]:
    return db.session.scalars(
        select(Comment.id)
        .where(
            Comment.status.in_((Status.REJECTED, Status.REMOVED)),
            Comment.erased_at.is_(None),
            Comment.status_changed_at < moment,
        )
        .order_by(Comment.status_changed_at)
        .limit(AT_ONCE)
    ).all()


def _erase(comment: Comment, at: datetime) -> None:
    comment.text = f"[Erased on {at:%Y-%m-%d}, as this site keeps such comments no longer.]"
    comment.author_name, comment.author_email = NOBODY, None
    comment.author_key = f"erased:{comment.id}"  # else all the erased would be one author
    comment.erased_at = at
    record("comment.erased", SYSTEM, ("comment", comment.id), at=at)


def _drop_what_quotes(comment_ids: Collection[int]) -> None:
    """Notes, reports' words, kept explanations and keys of likeness go with the text."""
    erased = select(Comment.id).where(Comment.id.in_(comment_ids), Comment.erased_at.is_not(None))
    for table in (Note, KeptExplanation, NearKey):
        db.session.execute(delete(table).where(table.comment_id.in_(erased)))
    db.session.execute(update(Report).where(Report.comment_id.in_(erased)).values(reason=None))
