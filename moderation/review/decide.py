"""What a person may decide, and the way that a decision takes to the one status door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from moderation.audit.record import Actor
from moderation.comments.status import change_status, locked
from moderation.comments.tables import Status
from moderation.db import writing


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
APPROVE_AFTER_ALL = Choice(Status.PUBLISHED, "Approve after all", "Approved after all", "ok", "a")
RESTORE = Choice(Status.PUBLISHED, "Restore", "Restored", "ok", "a")

# What may be decided about a comment, by where it stands.
CHOICES: Mapping[Status, tuple[Choice, ...]] = {
    Status.HELD: (APPROVE, REJECT),
    Status.PUBLISHED: (REMOVE,),
    Status.REJECTED: (APPROVE_AFTER_ALL,),
    Status.REMOVED: (RESTORE,),
}


def decide(
    comment_id: int, to: Status, by: Actor, *, seen: Status, note: str | None = None
) -> None:
    """Send a comment where a person wants it; the audit event is written with it.

    `seen` is the status that the person had before them. Raises LookupError if there is no
    such comment, StatusConflict if it stands elsewhere by now, NoSuchWay if it cannot go there.
    """
    with writing():
        change_status(locked(comment_id), to, by, seen=seen, note=note)
