"""How the worker's jobs went: one row for each job."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from moderation.db import Model, UtcDateTime


class JobRun(Model):
    """How often a job ran, and how its last run went, on whichever machine."""

    __tablename__ = "job_runs"

    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    runs: Mapped[int] = mapped_column(BigInteger, default=0)
    failures: Mapped[int] = mapped_column(BigInteger, default=0)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seconds: Mapped[float]
    succeeded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(String(100))  # its kind; None: the last run succeeded
