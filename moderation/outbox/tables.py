"""What is to leave the system: one row for each promised effect."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from moderation.audit.tables import Event
from moderation.db import BigId, Model, UtcDateTime, now


class Kind(StrEnum):
    """By which way an effect leaves."""

    WEBHOOK = "webhook"
    MAIL = "mail"


class Effect(Model):
    """A promise made in the transaction of the change that it tells of.

    It waits until `due_at`, so that an undo before that leaves nothing to call back. It ends
    as sent, as cancelled, or as given up (`failed_at`), never silently.
    """

    __tablename__ = "effects"
    __table_args__ = (
        CheckConstraint("kind IN ('webhook', 'mail')", name="kind_known"),
        Index(
            "ix_effects_waiting",
            "due_at",
            "id",
            sqlite_where=text("sent_at IS NULL AND cancelled_at IS NULL AND failed_at IS NULL"),
            postgresql_where=text("sent_at IS NULL AND cancelled_at IS NULL AND failed_at IS NULL"),
        ),
        Index("ix_effects_event", "event_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[Kind] = mapped_column(String(10))
    event_id: Mapped[int] = mapped_column(ForeignKey("audit_events.id"))
    event: Mapped[Event] = relationship()
    comment_id: Mapped[int] = mapped_column(BigId)  # no foreign key: this room lies below
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(500))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
