"""The one door through which a comment's status changes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from moderation.audit.record import SYSTEM, Actor, record
from moderation.audit.tables import Event
from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db, now

# Which way a comment may go. What is not here does not happen.
WAYS: frozenset[tuple[Status, Status]] = frozenset(
    {
        (Status.HELD, Status.HELD),  # the reason for holding it changes: scored, escalated
        (Status.HELD, Status.PUBLISHED),  # clean, or approved
        (Status.HELD, Status.REJECTED),  # by a person, or over an auto-reject threshold
        (Status.PUBLISHED, Status.REMOVED),  # taken down after all
        (Status.REMOVED, Status.PUBLISHED),  # put back
        (Status.REJECTED, Status.PUBLISHED),  # approved after all
    }
)
# Which way an undo may go: back from where a way led.
WAYS_BACK = frozenset((after, before) for before, after in WAYS)


class StatusConflict(Exception):
    """The comment is not where the person saw it: somebody was quicker."""

    def __init__(self, comment: Comment) -> None:
        super().__init__(f"comment {comment.id} is already {comment.status}")
        self.comment = comment


class NoSuchWay(Exception):
    """A comment cannot go from this status to that one."""


def locked(comment_id: int) -> Comment:
    """The comment as it is now, kept still until the writing transaction ends.

    Raises LookupError.
    """
    found = locked_all([comment_id])
    if not found:
        raise LookupError(f"there is no comment {comment_id}")
    return found[comment_id]


def locked_all(comment_ids: Collection[int]) -> dict[int, Comment]:
    """Those of the comments that there are, by number, kept still until the transaction ends.

    SQLite's writer is alone anyway; PostgreSQL locks the rows, always in the same order, so that
    two people with the same comments wait for each other and never in a circle.
    """
    found = db.session.scalars(
        select(Comment)
        .where(Comment.id.in_(comment_ids))
        .order_by(Comment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {comment.id: comment for comment in found}


def change_status(
    comment: Comment,
    to: Status,
    by: Actor,
    *,
    hold_reason: HoldReason | None = None,
    seen: Status | None = None,
    note: str | None = None,
    at: datetime | None = None,
    undoing: bool = False,
) -> Event | None:
    """Move a `locked` comment to a status, in one transaction with the audit event it returns.

    Returns None, and writes nothing, if that changes nothing. `seen` is the status that the
    deciding person had before them: StatusConflict if it is another by now. Raises NoSuchWay
    for a change that `WAYS`, or `WAYS_BACK` for an undo, does not hold, and for a comment that
    was erased.
    """
    if seen is not None and comment.status != seen:
        raise StatusConflict(comment)
    if (comment.status, comment.hold_reason) == (to, hold_reason):
        return None
    if comment.erased_at is not None:
        raise NoSuchWay("its text was erased: there is nothing left to decide")
    if (comment.status, to) not in (WAYS_BACK if undoing else WAYS):
        raise NoSuchWay(f"a {comment.status} comment cannot become {to}")
    before = _standing(comment)
    comment.status = to
    comment.hold_reason = hold_reason
    comment.status_changed_at = at or now()
    comment.published_by_hand = to is Status.PUBLISHED and by != SYSTEM
    return record(
        "comment.status",
        by,
        ("comment", comment.id),
        before=before,
        after=_standing(comment),
        policy_version=comment.policy_version,
        model_version=comment.model_version,
        note=note,
        at=at,
    )


def _standing(comment: Comment) -> str:
    """The status with the reason behind it, as the audit trail names it: held (unscored)."""
    reason = f" ({comment.hold_reason})" if comment.hold_reason else ""
    return f"{comment.status}{reason}"
