"""The policy's versions, and the options of the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from moderation.db import Model, UtcDateTime, now


class PolicyVersion(Model):
    """One version of the thresholds. A change adds a row; none is ever altered."""

    __tablename__ = "policy_versions"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # {"toxic": {"review": 0.6, "auto_reject": null}, ...}
    thresholds: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON)
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_by: Mapped[str] = mapped_column(String(120))


class Option(Model):
    """One option of the desk that an admin changed; what is not here has its default."""

    __tablename__ = "options"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    changed_by: Mapped[str] = mapped_column(String(120))
