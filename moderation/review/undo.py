"""Take back the last thing a person did, to one comment or to many."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from moderation.audit.record import Actor, record
from moderation.comments.effects import promise_effects
from moderation.comments.status import change_status, locked_all
from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db, now, writing
from moderation.outbox.promise import cancel
from moderation.review.tables import ReviewAction, Verdict

UNDONE = "undone"  # the note of an event that takes another back


@dataclass(frozen=True)
class Undone:
    """What an undo took back, and what it left because somebody decided since."""

    back: Sequence[int]
    left: Sequence[int]


def last_action_of(user_id: int) -> ReviewAction | None:
    """What an undo would take back: this person's latest action that still stands."""
    found: ReviewAction | None = db.session.scalar(
        select(ReviewAction)
        .where(ReviewAction.user_id == user_id, ReviewAction.undone_at.is_(None))
        .order_by(ReviewAction.id.desc())
        .limit(1)
    )
    return found


def verdicts_of(action_id: int) -> Sequence[Verdict]:
    """The verdicts of one action, in the order of their comments."""
    return db.session.scalars(
        select(Verdict).where(Verdict.action_id == action_id).order_by(Verdict.comment_id)
    ).all()


def undo(action_id: int, by: Actor) -> Undone:
    """Take back an action of one's own: every comment goes where it came from.

    A comment that somebody decided since stays as it is, and so does the verdict that it had.
    Effects that have not left are cancelled. Raises LookupError if this person has no such
    action that stands.
    """
    with writing() as session:
        action = session.get(ReviewAction, action_id, with_for_update=True)
        if action is None or action.user_id != by.id or action.undone_at is not None:
            raise LookupError("there is nothing of yours to undo")
        verdicts = verdicts_of(action_id)
        comments = locked_all([verdict.comment_id for verdict in verdicts])
        latest = _latest_verdicts(comments)
        back: list[Verdict] = []
        left: list[Verdict] = []
        for verdict in verdicts:
            stands = _stands(verdict, comments[verdict.comment_id], latest)
            (back if stands else left).append(verdict)
        unheard = cancel([verdict.event_id for verdict in back])
        for verdict in back:
            told = verdict.event_id not in unheard
            _take_back(comments[verdict.comment_id], verdict, by, tell=told)
            verdict.undone_at = now()
        action.undone_at = now()
        return Undone([v.comment_id for v in back], [v.comment_id for v in left])


def _stands(verdict: Verdict, comment: Comment, latest: Mapping[int, int]) -> bool:
    """Whether the comment is still, whole, where this verdict sent it, and by no later one."""
    sent_to = (verdict.to_status, verdict.to_reason)
    still_there = (comment.status, comment.hold_reason) == sent_to and comment.erased_at is None
    return latest[comment.id] == verdict.id and still_there


def _take_back(comment: Comment, verdict: Verdict, by: Actor, *, tell: bool) -> None:
    """Send a comment back; `tell` those outside who heard of the verdict."""
    comment.reports += verdict.from_reports  # others may have come since
    event = change_status(
        comment,
        Status(verdict.from_status),
        by,
        hold_reason=None if verdict.from_reason is None else HoldReason(verdict.from_reason),
        note=UNDONE,
        undoing=True,
    )
    comment.published_by_hand = verdict.from_by_hand
    if event is None:  # it was kept where it was: only its reports come back
        record("comment.kept", by, ("comment", comment.id), note=UNDONE)
    elif tell:
        promise_effects(event, comment)


def _latest_verdicts(comment_ids: Collection[int]) -> Mapping[int, int]:
    """The number of the latest verdict on each comment, those taken back left out."""
    rows = db.session.execute(
        select(Verdict.comment_id, func.max(Verdict.id))
        .where(Verdict.comment_id.in_(comment_ids), Verdict.undone_at.is_(None))
        .group_by(Verdict.comment_id)
    ).all()
    return dict(rows)
