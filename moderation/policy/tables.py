"""The policy's versions."""

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
