"""What a person may decide, and the way that a decision takes to the one status door."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert

from moderation.audit.record import Actor, record
from moderation.audit.tables import Event
from moderation.comments.effects import promise_effects
from moderation.comments.status import (
    NoSuchWay,
    StatusConflict,
    change_status,
    locked,
    locked_all,
)
from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db, writing
from moderation.review.tables import ReviewAction, Verdict

MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class Choice:
    """One button: where the comment goes, what the button says, and what was done then."""

    to: Status
    label: str
    done: str
    tone: str
    key: str


APPROVE = Choice(Status.PUBLISHED, "Approve", "Approved", "ok", "a")
REJECT = Choice(Status.REJECTED, "Reject", "Rejected", "bad", "r")
REMOVE = Choice(Status.REMOVED, "Remove", "Removed", "bad", "r")
KEEP = Choice(Status.PUBLISHED, "Keep", "Kept", "ok", "a")
APPROVE_AFTER_ALL = Choice(Status.PUBLISHED, "Approve after all", "Approved after all", "ok", "a")
RESTORE = Choice(Status.PUBLISHED, "Restore", "Restored", "ok", "a")

# What may be decided about a comment, by where it stands.
CHOICES: Mapping[Status, tuple[Choice, ...]] = {
    Status.HELD: (APPROVE, REJECT),
    Status.PUBLISHED: (REMOVE,),
    Status.REJECTED: (APPROVE_AFTER_ALL,),
    Status.REMOVED: (RESTORE,),
}


def choices_for(comment: Comment) -> tuple[Choice, ...]:
    """What may be decided about it now: a reported comment can also be kept."""
    if comment.erased_at is not None:
        return ()
    choices = CHOICES[Status(comment.status)]
    if comment.status == Status.PUBLISHED and comment.reports:
        return (KEEP, *choices)
    return choices


class ForAnAdmin(Exception):
    """The comment was escalated: only an admin decides it now."""

    def __init__(self, comment: Comment) -> None:
        super().__init__(f"comment {comment.id} waits for an admin")
        self.comment = comment


@dataclass(frozen=True)
class Judgement:
    """What a person wants: where to, with which note, by which guideline."""

    to: Status
    hold_reason: HoldReason | None = None
    note: str | None = None
    guideline_id: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of a judgement on many: the action (None: nothing was done), and what was left."""

    action_id: int | None
    done: Sequence[int]
    left: Mapping[int, str]


@dataclass(frozen=True)
class Standing:
    """All of a comment that a judgement changes."""

    status: Status
    hold_reason: HoldReason | None
    reports: int
    by_hand: bool


def standing(comment: Comment) -> Standing:
    """How the comment stands."""
    reason = None if comment.hold_reason is None else HoldReason(comment.hold_reason)
    return Standing(Status(comment.status), reason, comment.reports, comment.published_by_hand)


def decide(
    comment_id: int,
    judgement: Judgement,
    by: Actor,
    *,
    seen: Status,
    may_settle_escalated: bool = False,
    at: datetime | None = None,
) -> int | None:
    """Send a comment where a person wants it; audit event and verdict are written with it.

    Returns the number of the action, which an undo takes back; None if nothing was to be done.
    `seen` is the status that the person had before them. Raises LookupError if there is no
    such comment, StatusConflict if it stands elsewhere by now, NoSuchWay if it cannot go
    there, ForAnAdmin if it was escalated.
    """
    with writing():
        comment = locked(comment_id)
        if comment.status != seen:
            raise StatusConflict(comment)
        before = _refuse_escalated(comment, may_settle_escalated)
        event = _judge(comment, judgement, by, at)
        return None if event is None else _keep(by, judgement, [(comment, before, event)])


def decide_all(
    seen: Mapping[int, Status],
    judgement: Judgement,
    by: Actor,
    *,
    may_settle_escalated: bool = False,
) -> Outcome:
    """Send many comments the same way as one action; `seen` is how each stood on the screen.

    What stands elsewhere by now, or cannot go there, is left as it is, and `left` says why.
    Raises ValueError for more than MOST_AT_ONCE.
    """
    if len(seen) > MOST_AT_ONCE:
        raise ValueError(f"at most {MOST_AT_ONCE:,} comments at once")
    done: list[tuple[Comment, Standing, Event]] = []
    left: dict[int, str] = {}
    with writing():
        found = locked_all(seen)
        for comment_id, status in seen.items():
            comment = found.get(comment_id)
            try:
                if comment is None or comment.status != status:
                    left[comment_id] = f"is {comment.status} by now" if comment else "is gone"
                    continue
                before = _refuse_escalated(comment, may_settle_escalated)
                event = _judge(comment, judgement, by)
            except (NoSuchWay, ForAnAdmin) as refusal:
                left[comment_id] = _why_left(refusal)
                continue
            if event is not None:
                done.append((comment, before, event))
        action_id = _keep(by, judgement, done) if done else None
        numbers = [comment.id for comment, _, _ in done]  # here: a commit forgets what it read
    return Outcome(action_id, numbers, left)


def escalate(comment_id: int, by: Actor, *, seen: Status, note: str | None = None) -> int | None:
    """Leave a held comment to an admin. Returns and raises as `decide`."""
    judgement = Judgement(Status.HELD, HoldReason.ESCALATED, note)
    return decide(comment_id, judgement, by, seen=seen, may_settle_escalated=True)


def _refuse_escalated(comment: Comment, may_settle: bool) -> Standing:
    """Where the comment stands; ForAnAdmin if that is not for this person to change."""
    if comment.hold_reason == HoldReason.ESCALATED and not may_settle:
        raise ForAnAdmin(comment)
    return standing(comment)


def _judge(
    comment: Comment, judgement: Judgement, by: Actor, at: datetime | None = None
) -> Event | None:
    """Change the status, or settle the reports of a comment that is kept; None: nothing to do."""
    event = change_status(
        comment, judgement.to, by, hold_reason=judgement.hold_reason, note=judgement.note, at=at
    )
    if event is not None:
        promise_effects(event, comment)
    elif comment.status == Status.PUBLISHED and comment.reports:
        event = record("comment.kept", by, ("comment", comment.id), note=judgement.note)
    comment.reports = 0 if event is not None else comment.reports
    return event


def _keep(
    by: Actor, judgement: Judgement, done: Collection[tuple[Comment, Standing, Event]]
) -> int:
    """Store one action with a verdict for each comment."""
    action = ReviewAction(user_id=by.id)
    db.session.add(action)
    db.session.flush()
    db.session.execute(  # in one go: nobody here asks for the numbers that they get
        insert(Verdict),
        [
            {
                "action_id": action.id,
                "comment_id": comment.id,
                "user_id": by.id,
                "at": event.at,
                "from_status": before.status,
                "from_reason": before.hold_reason,
                "from_reports": before.reports,
                "from_by_hand": before.by_hand,
                "to_status": judgement.to,
                "to_reason": judgement.hold_reason,
                "guideline_id": judgement.guideline_id,
                "event_id": event.id,
            }
            for comment, before, event in done
        ],
    )
    return action.id


def _why_left(refusal: Exception) -> str:
    return "waits for an admin" if isinstance(refusal, ForAnAdmin) else "cannot go there"
