"""Take back the last thing a person did, to one comment or to many."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from moderation.audit.record import Actor, record
from moderation.audit.tables import Event
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

    A comment that somebody decided since stays as it is. Effects that have not left are
    cancelled. Raises LookupError if this person has no such action that stands.
    """
    with writing() as session:
        action = session.get(ReviewAction, action_id, with_for_update=True)
        if action is None or action.user_id != by.id or action.undone_at is not None:
            raise LookupError("there is nothing of yours to undo")
        verdicts = verdicts_of(action_id)
        comments = locked_all([verdict.comment_id for verdict in verdicts])
        latest = _latest_events(comments)
        unheard = cancel([verdict.event_id for verdict in verdicts])
        back, left = [], []
        for verdict in verdicts:
            comment = comments[verdict.comment_id]
            if latest[comment.id] == verdict.event_id:
                _take_back(comment, verdict, by, tell=verdict.event_id not in unheard)
                back.append(comment.id)
            else:
                left.append(comment.id)
            verdict.undone_at = now()
        action.undone_at = now()
    return Undone(back, left)


def _take_back(comment: Comment, verdict: Verdict, by: Actor, *, tell: bool) -> None:
    comment.reports = verdict.from_reports
    event = change_status(
        comment,
        Status(verdict.from_status),
        by,
        hold_reason=None if verdict.from_reason is None else HoldReason(verdict.from_reason),
        note=UNDONE,
        undoing=True,
    )
    if event is None:  # it was kept where it was: only its reports come back
        record("comment.kept", by, ("comment", comment.id), note=UNDONE)
    elif tell:
        promise_effects(event, comment)


def _latest_events(comment_ids: Collection[int]) -> Mapping[int, int]:
    """The number of the latest decision on each comment."""
    rows = db.session.execute(
        select(Event.subject_id, func.max(Event.id))
        .where(
            Event.subject_type == "comment",
            Event.subject_id.in_([str(number) for number in comment_ids]),
            Event.action.in_(("comment.status", "comment.kept")),
        )
        .group_by(Event.subject_id)
    ).all()
    return {int(subject): latest for subject, latest in rows}
