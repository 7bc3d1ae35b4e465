"""Blind looks at comments, and the comments whose answer is known."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from moderation.db import BigId, Model, UtcDateTime, now


class LookKind(StrEnum):
    """Why a comment is shown blind: without scores, status or what anyone said before."""

    SECOND = "second"  # a decided comment, to see whether two people agree
    GOLDEN = "golden"  # one whose answer is known
    SAMPLE = "sample"  # one that the model published, to estimate what it misses


class Golden(Model):
    """A comment whose answer an admin has set."""

    __tablename__ = "goldens"

    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    reject: Mapped[bool]
    labels: Mapped[list[str]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Look(Model):
    """One blind look: wanted, then taken by one person, then answered or skipped for good."""

    __tablename__ = "looks"
    __table_args__ = (
        CheckConstraint("kind IN ('second', 'golden', 'sample')", name="kind_known"),
        UniqueConstraint("verdict_id"),
        Index(
            "ix_looks_sampled",
            "comment_id",
            unique=True,
            sqlite_where=text("kind = 'sample'"),
            postgresql_where=text("kind = 'sample'"),
        ),
        Index(
            "ix_looks_golden",
            "user_id",
            "comment_id",
            unique=True,
            sqlite_where=text("kind = 'golden'"),
            postgresql_where=text("kind = 'golden'"),
        ),
        Index(
            "ix_looks_open",
            "id",
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
        Index("ix_looks_answered", "answered_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[LookKind] = mapped_column(String(10))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # The verdict that a second look is compared with.
    verdict_id: Mapped[int | None] = mapped_column(ForeignKey("verdicts.id"))
    # The chance, within 0-1, with which it was drawn: what one sampled comment stands for.
    chance: Mapped[float] = mapped_column(default=1.0)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reject: Mapped[bool | None]  # None once answered: skipped for good
    # A disagreement, until someone settles it.
    disputed: Mapped[bool] = mapped_column(default=False)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
