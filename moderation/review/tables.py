"""What moderators do and say: actions, verdicts, labels, claims, notes; their views and choices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from moderation.comments.tables import HoldReason, Status
from moderation.db import BigId, Model, UtcDateTime, now


class Guideline(Model):
    """A rule of the site that a comment can break: the reason given with a rejection."""

    __tablename__ = "guidelines"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(String(500))  # told to the author
    position: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReviewAction(Model):
    """What one key or button did, to one comment or to many: what `undo` takes back."""

    __tablename__ = "review_actions"
    __table_args__ = (Index("ix_review_actions_user", "user_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Verdict(Model):
    """A person's decision on one comment: from where, to where, and by which guideline."""

    __tablename__ = "verdicts"
    __table_args__ = (
        Index("ix_verdicts_action", "action_id"),
        Index("ix_verdicts_comment", "comment_id", "id"),
        Index("ix_verdicts_at", "at", "id"),
        Index("ix_verdicts_user", "user_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("review_actions.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    from_status: Mapped[Status] = mapped_column(String(10))
    from_reason: Mapped[HoldReason | None] = mapped_column(String(12))
    from_reports: Mapped[int] = mapped_column(default=0)
    from_by_hand: Mapped[bool] = mapped_column(default=False)
    to_status: Mapped[Status] = mapped_column(String(10))
    to_reason: Mapped[HoldReason | None] = mapped_column(String(12))
    guideline_id: Mapped[int | None] = mapped_column(ForeignKey("guidelines.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("audit_events.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Labelling(Model):
    """Which of the six classes truly apply, by one person's judgement: training labels."""

    __tablename__ = "labellings"

    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    toxic: Mapped[bool]
    severe_toxic: Mapped[bool]
    obscene: Mapped[bool]
    threat: Mapped[bool]
    insult: Mapped[bool]
    identity_hate: Mapped[bool]


class Claim(Model):
    """Who has a comment open, until when. A row that has expired claims nothing."""

    __tablename__ = "claims"
    __table_args__ = (Index("ix_claims_expires", "expires_at"),)

    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Note(Model):
    """A private note on a comment: for those who moderate, never for its author."""

    __tablename__ = "notes"
    __table_args__ = (Index("ix_notes_comment", "comment_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    text: Mapped[str] = mapped_column(Text)


class SavedView(Model):
    """A view of the queue that a person named: the query part of its address."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(1000))


class Preferences(Model):
    """How one person wants the desk: keys, masking, classes left out, breaks."""

    __tablename__ = "preferences"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    chosen: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class KeptExplanation(Model):
    """Each word's part in a comment's scores, kept: see scoring/explain.py."""

    __tablename__ = "explanations"

    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    model_version: Mapped[str] = mapped_column(String(60))
    found: Mapped[dict[str, Any]] = mapped_column(JSON)


class NearKey(Model):
    """One of a comment's keys in the near-duplicate index: alike ones share some. See near.py."""

    __tablename__ = "near_keys"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), primary_key=True)


class Pile(Model):
    """The pile that a comment lies on, named by its first comment; None: too short to compare.

    Every comment that the near-duplicate index has seen stands here.
    """

    __tablename__ = "piles"
    __table_args__ = (Index("ix_piles_pile", "pile_id", "comment_id"),)

    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    pile_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
