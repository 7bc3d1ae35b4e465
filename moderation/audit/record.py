"""Write to the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from moderation.audit.tables import Event
from moderation.db import db, now


@dataclass(frozen=True)
class Actor:
    """Who did it, by number and by the name they had then."""

    id: int | None
    name: str


SYSTEM = Actor(None, "system")


def record(
    action: str,
    by: Actor,
    subject: tuple[str, object],
    *,
    before: str | None = None,
    after: str | None = None,
    policy_version: int | None = None,
    model_version: str | None = None,
    note: str | None = None,
    at: datetime | None = None,
) -> Event:
    """Add an event to the open writing transaction: it stands or falls with the change.

    `subject` is (kind, number), such as ("comment", 12). Never pass comment text.
    """
    event = Event(
        at=at or now(),
        actor_id=by.id,
        actor_name=by.name,
        action=action,
        subject_type=subject[0],
        subject_id=str(subject[1]),
        before=before,
        after=after,
        policy_version=policy_version,
        model_version=model_version,
        note=note or None,
    )
    db.session.add(event)
    return event
