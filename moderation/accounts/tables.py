"""People who may sign in."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum

from flask_security import RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from moderation.audit.record import Actor
from moderation.db import BigId, Model, UtcDateTime, now
from moderation.web.permissions import Role


class State(StrEnum):
    """Where a person stands."""

    ACTIVE = "active"
    INVITED = "invited"  # has set no password yet
    DISABLED = "disabled"


class User(Model, UserMixin):
    """A viewer, a moderator or an admin. Never deleted: their decisions keep their name."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("role IN ('viewer', 'moderator', 'admin')", name="role_known"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # as canonical_email() writes it
    display_name: Mapped[str] = mapped_column(String(80))
    role: Mapped[Role] = mapped_column(String(10), default=Role.VIEWER)
    active: Mapped[bool] = mapped_column(default=True)
    # None until the invited person has followed the link and set one.
    password: Mapped[str | None] = mapped_column(String(255))
    # What the session cookie names. A new one ends all of this person's sessions.
    fs_uniquifier: Mapped[str] = mapped_column(
        String(64), unique=True, default=lambda: secrets.token_hex(32)
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The one link that sets this person's password: see links.py.
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    link_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def state(self) -> State:
        """Whether this person can sign in, and why not."""
        if not self.active:
            return State.DISABLED
        return State.INVITED if self.password is None else State.ACTIVE

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]
        """Flask-Security's own roles are not used: `role` and the guard decide."""
        return []

    @property
    def actor(self) -> Actor:
        """This person, for the audit trail."""
        return Actor(self.id, self.display_name)


class SignInTries(Model):
    """Passwords tried in a row for an account that was named, existing or not."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (Index("ix_sign_in_tries_last", "last_at"),)

    # SHA-256 of the address: strangers type anything here, passwords too.
    account: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
