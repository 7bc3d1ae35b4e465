"""Promise effects in the transaction of a change, and take the promise back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select

from moderation.audit.tables import Event
from moderation.db import db, now
from moderation.outbox.tables import Effect, Kind


def promise(event: Event, comment_id: int, kinds: Iterable[Kind], due_at: datetime) -> None:
    """Add an effect of each kind to the open writing transaction, to leave at `due_at`."""
    for kind in kinds:
        db.session.add(Effect(kind=kind, event=event, comment_id=comment_id, due_at=due_at))


def cancel(event_ids: Collection[int]) -> set[int]:
    """Cancel what has not left yet; the events of which nothing had left: nobody heard of them."""
    effects = db.session.scalars(
        select(Effect).where(Effect.event_id.in_(event_ids)).with_for_update()
    ).all()
    heard = {effect.event_id for effect in effects if effect.sent_at or effect.tries}
    for effect in effects:
        if effect.sent_at is None and effect.failed_at is None:
            effect.cancelled_at = now()
    return set(event_ids) - heard
