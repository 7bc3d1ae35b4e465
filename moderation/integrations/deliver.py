"""Deliver what the outbox holds and is due.

At least once: a try is counted, and the next one set, before anything is sent; whoever dies in
between sends again later. A receiver tells a second copy by its id.
"""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select

from moderation import metrics
from moderation.audit.tables import Event
from moderation.comments.tables import Comment
from moderation.db import db, now, writing
from moderation.integrations import mail, webhook
from moderation.outbox.tables import Effect, Kind
from moderation.settings import Settings

MAX_TRIES = 8
FIRST_WAIT = timedelta(minutes=1)  # doubled after each try: about two hours in all
MOST_AT_ONCE = 100
# No effect waits longer than this: one that is due later was promised by a clock since put back.
LONGEST_WAIT = FIRST_WAIT * 2**MAX_TRIES

log = structlog.get_logger()


def deliver_due(settings: Settings, *, at: datetime | None = None) -> int:
    """Deliver what is due, at most MOST_AT_ONCE. Returns how many left."""
    sent = 0
    for _ in range(MOST_AT_ONCE):
        effect = _take_one(at or now())
        if effect is None:
            break
        try:
            _send(effect, settings)
        except (webhook.NotTaken, smtplib.SMTPException, OSError) as error:
            log.warning("not_delivered", effect=effect.id, error=type(error).__name__)
            _note_failure(effect.id, error)
        else:
            sent += 1
            metrics.count(metrics.deliveries, effect.kind, "sent")
            with writing() as session:
                session.get_one(Effect, effect.id).sent_at = now()
    return sent


def _take_one(at: datetime) -> Effect | None:
    """The effect that is due longest, with this try counted; no other worker takes it meanwhile."""
    with writing() as session:
        effect: Effect | None = session.scalar(
            select(Effect)
            .where(
                Effect.sent_at.is_(None),
                Effect.cancelled_at.is_(None),
                Effect.failed_at.is_(None),
                or_(Effect.due_at <= at, Effect.due_at > at + LONGEST_WAIT),
            )
            .order_by(Effect.due_at, Effect.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if effect is not None:
            effect.due_at = at + FIRST_WAIT * 2**effect.tries
            effect.tries += 1
        return effect


def _send(effect: Effect, settings: Settings) -> None:
    comment = db.session.get_one(Comment, effect.comment_id)
    if effect.kind == Kind.MAIL:
        mail.send(mail.letter(comment, settings), settings)
        return
    event = db.session.get_one(Event, effect.event_id)
    message = webhook.message_of(event, comment, settings)
    webhook.post(message, f"evenkeel-{effect.id}", settings, now())


def _note_failure(effect_id: int, error: Exception) -> None:
    with writing() as session:
        effect = session.get_one(Effect, effect_id)
        effect.error = f"{type(error).__name__}: {error}"[:500]
        given_up = effect.tries >= MAX_TRIES
        metrics.count(metrics.deliveries, effect.kind, "given_up" if given_up else "failed")
        if given_up:
            effect.failed_at = now()
