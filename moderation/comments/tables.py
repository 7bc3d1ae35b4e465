"""Comments, their scores, and what hangs on them: reports, and rules about their authors."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from moderation.db import BigId, Model, UtcDateTime, now
from moderation.scoring.labels import LABELS
from moderation.scoring.scorer import Scores


class Status(StrEnum):
    """Where a comment stands. Only `published` is shown to the public."""

    HELD = "held"
    PUBLISHED = "published"
    REJECTED = "rejected"
    REMOVED = "removed"


class HoldReason(StrEnum):
    """Why a held comment waits for a person."""

    UNSCORED = "unscored"  # no score yet: new, or the scorer is down
    SCORE = "score"  # a review threshold was crossed
    UNREADABLE = "unreadable"  # the model knows nothing in it
    LANGUAGE = "language"  # it is surely in a language that the model did not learn
    QUARANTINED = "quarantined"  # scoring it failed too often
    AUTHOR = "author"  # everything by this author is to be seen first: see AuthorRule
    ESCALATED = "escalated"  # a moderator wants an admin to decide


class Comment(Model):
    """One comment, its present status and the scores that it was judged by.

    The scores stand in the row itself so that the queue can be ordered and filtered by any
    of them with one index.
    """

    __tablename__ = "comments"
    __table_args__ = (
        CheckConstraint(
            "status IN ('held', 'published', 'rejected', 'removed')", name="status_known"
        ),
        CheckConstraint("(status = 'held') = (hold_reason IS NOT NULL)", name="held_has_a_reason"),
        CheckConstraint(
            "hold_reason IS NULL OR hold_reason IN ('unscored', 'score', 'unreadable',"
            " 'language', 'quarantined', 'author', 'escalated')",
            name="hold_reason_known",
        ),
        CheckConstraint(
            "status <> 'published' OR published_by_hand OR toxic IS NOT NULL",
            name="never_published_unscored",
        ),
        Index("ix_comments_queue_worst", "status", "urgency", "id"),
        Index("ix_comments_queue_age", "status", "created_at", "id"),
        Index("ix_comments_page", "page", "status", "created_at", "id"),
        Index("ix_comments_page_due", "page", "status", "due_at", "id"),
        Index("ix_comments_page_worst", "page", "urgency", "id"),
        Index("ix_comments_page_age", "page", "created_at", "id"),
        Index("ix_comments_author", "author_key", "created_at", "id"),
        Index("ix_comments_reason_worst", "hold_reason", "urgency", "id"),
        Index("ix_comments_reason_age", "hold_reason", "created_at", "id"),
        Index("ix_comments_worst", "urgency", "id"),
        Index("ix_comments_created", "created_at", "id"),
        Index("ix_comments_queue_due", "status", "due_at", "id"),
        Index("ix_comments_reason_due", "hold_reason", "due_at", "id"),
        Index(
            "ix_comments_reported",
            "reports",
            "id",
            "status",  # looked at while they are counted, from the index alone
            sqlite_where=text("reports > 0"),
            postgresql_where=text("reports > 0"),
        ),
        Index(
            "ix_comments_turned_down",
            "status_changed_at",
            sqlite_where=text("status IN ('rejected', 'removed') AND erased_at IS NULL"),
            postgresql_where=text("status IN ('rejected', 'removed') AND erased_at IS NULL"),
        ),
        *(Index(f"ix_comments_queue_{label}", "status", label, "id") for label in LABELS),
        *(Index(f"ix_comments_all_{label}", label, "id") for label in LABELS),
        # Counted on every page of the queue: from the index alone, without reading the texts.
        Index("ix_comments_counts", "status", "hold_reason", *LABELS),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    page: Mapped[str] = mapped_column(String(100))
    author_name: Mapped[str] = mapped_column(String(80))
    author_email: Mapped[str | None] = mapped_column(String(254))
    author_key: Mapped[str] = mapped_column(String(270))  # who we take them to be: see submit.py
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # The private link's secret, and the form's one-time key that makes a second click harmless.
    status_token: Mapped[str] = mapped_column(String(43), unique=True)
    submission_key: Mapped[str | None] = mapped_column(String(64), unique=True)

    status: Mapped[Status] = mapped_column(String(10), default=Status.HELD)
    hold_reason: Mapped[HoldReason | None] = mapped_column(String(12), default=HoldReason.UNSCORED)
    status_changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    published_by_hand: Mapped[bool] = mapped_column(default=False)
    # When its text and its author were erased, as the site's settings ask: it is decided no more.
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    # By when it should be decided: the worse the score, the sooner. See clock.py.
    due_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=now, server_default="2026-01-01 00:00:00.000000"
    )
    # How many readers reported it since a person last looked.
    reports: Mapped[int] = mapped_column(default=0, server_default="0")
    # The highest score; 1 until there is one, because the unknown must not sink in the queue.
    urgency: Mapped[float] = mapped_column(default=1.0)

    toxic: Mapped[float | None]
    severe_toxic: Mapped[float | None]
    obscene: Mapped[float | None]
    threat: Mapped[float | None]
    insult: Mapped[float | None]
    identity_hate: Mapped[float | None]
    scored_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    model_version: Mapped[str | None] = mapped_column(String(60))
    policy_version: Mapped[int | None] = mapped_column(ForeignKey("policy_versions.version"))

    @property
    def scores(self) -> Scores | None:
        """The six scores within 0-1, or None while there are none."""
        if self.toxic is None:
            return None
        return {label: getattr(self, label) for label in LABELS}

    def set_scores(self, scores: Scores) -> None:
        """Keep the six scores, and the highest as the urgency."""
        for label in LABELS:
            setattr(self, label, float(scores[label]))
        self.urgency = max(float(scores[label]) for label in LABELS)


class Report(Model):
    """A reader's report of a published comment. One for each reader and comment."""

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("comment_id", "reporter"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    # A keyed hash of the browser's own random cookie: no address, no name.
    reporter: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class RuleKind(StrEnum):
    """What may be asked of an author for a while, in the open: there are no shadow bans."""

    MUTED = "muted"  # may not send; the form says so, why, and until when
    REVIEW = "review"  # everything is held until a person has seen it


class AuthorRule(Model):
    """A rule about one author, with its reason and its end. Rows are ended, never deleted."""

    __tablename__ = "author_rules"
    __table_args__ = (
        CheckConstraint("kind IN ('muted', 'review')", name="kind_known"),
        Index("ix_author_rules_author", "author_key", "until"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    author_key: Mapped[str] = mapped_column(String(270))
    kind: Mapped[RuleKind] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(500))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    made_by: Mapped[str] = mapped_column(String(120))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
