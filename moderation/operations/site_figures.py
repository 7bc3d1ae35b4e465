"""How the site stands, for /metrics: the queue, the outbox, the jobs, the disk, the backups.

What takes a question to the database is asked every CACHED seconds at most by each process.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db, now
from moderation.operations.backup import backups_in
from moderation.operations.tables import JobRun
from moderation.outbox.tables import Effect, Kind
from moderation.settings import Settings

CACHED = 10.0  # seconds


class SiteFigures:
    """A collector of Prometheus' client over the state of the site."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._asking = threading.Lock()
        self._known: list[Metric] = []
        self._until = 0.0

    def collect(self) -> Iterator[Metric]:
        """Every figure of the state, no older than CACHED seconds."""
        with self._asking:
            if time.monotonic() >= self._until:
                self._known = list(_figures(self._settings))
                self._until = time.monotonic() + CACHED
            known = self._known
        yield from known


def _figures(settings: Settings) -> Iterator[Metric]:
    up = GaugeMetricFamily("evenkeel_database_up", "1 if the database answers, else 0.")
    try:
        for figures in (_queue, _outbox, _jobs):
            yield from list(figures())
        up.add_metric([], 1)
    except SQLAlchemyError:
        db.session.rollback()
        up.add_metric([], 0)
    yield up
    free = GaugeMetricFamily("evenkeel_disk_free_bytes", "Room on the disk that holds the data.")
    free.add_metric([], shutil.disk_usage(settings.instance).free)
    yield free
    yield from _backups(settings)


def _queue() -> Iterator[Metric]:
    found = {
        reason: (count, oldest)
        for reason, count, oldest in db.session.execute(
            select(Comment.hold_reason, func.count(), func.min(Comment.created_at))
            .where(Comment.status == Status.HELD)
            .group_by(Comment.hold_reason)
        )
    }
    waiting = GaugeMetricFamily(
        "evenkeel_queue_comments", "Comments that wait, by why they are held.", labels=["reason"]
    )
    oldest_age = GaugeMetricFamily(
        "evenkeel_queue_oldest_age_seconds",
        "Age of the oldest comment that waits, by why it is held; 0 where none waits.",
        labels=["reason"],
    )
    for reason in HoldReason:
        count, oldest = found.get(reason, (0, None))
        waiting.add_metric([reason], count)
        oldest_age.add_metric([reason], _age(oldest))
    overdue = GaugeMetricFamily(
        "evenkeel_queue_overdue_comments", "Comments that should have been decided by now."
    )
    late = select(func.count()).where(Comment.status == Status.HELD, Comment.due_at < now())
    overdue.add_metric([], db.session.scalar(late) or 0)
    yield from (waiting, oldest_age, overdue)


def _outbox() -> Iterator[Metric]:
    found = {
        kind: (count, due)
        for kind, count, due in db.session.execute(
            select(Effect.kind, func.count(), func.min(Effect.due_at))
            .where(
                Effect.sent_at.is_(None),
                Effect.cancelled_at.is_(None),
                Effect.failed_at.is_(None),
            )
            .group_by(Effect.kind)
        )
    }
    pending = GaugeMetricFamily(
        "evenkeel_outbox_pending", "Webhooks and mails that are still to leave.", labels=["kind"]
    )
    lag = GaugeMetricFamily(
        "evenkeel_outbox_lag_seconds",
        "For how long the oldest webhook or mail has been due; 0 where none is.",
        labels=["kind"],
    )
    for kind in Kind:
        count, due = found.get(kind, (0, None))
        pending.add_metric([kind], count)
        lag.add_metric([kind], _age(due))
    yield from (pending, lag)


def _jobs() -> Iterator[Metric]:
    runs = CounterMetricFamily("evenkeel_job_runs", "Runs of each job.", labels=["job"])
    failures = CounterMetricFamily("evenkeel_job_failures", "Runs that failed.", labels=["job"])
    seconds = GaugeMetricFamily(
        "evenkeel_job_last_duration_seconds", "How long the last run took.", labels=["job"]
    )
    ended = GaugeMetricFamily(
        "evenkeel_job_last_run_timestamp_seconds", "When the last run ended.", labels=["job"]
    )
    succeeded = GaugeMetricFamily(
        "evenkeel_job_last_success_timestamp_seconds",
        "When the last run that succeeded ended.",
        labels=["job"],
    )
    for run in db.session.scalars(select(JobRun).order_by(JobRun.job)):
        runs.add_metric([run.job], run.runs)
        failures.add_metric([run.job], run.failures)
        seconds.add_metric([run.job], run.seconds)
        ended.add_metric([run.job], run.ended_at.timestamp())
        if run.succeeded_at:
            succeeded.add_metric([run.job], run.succeeded_at.timestamp())
    yield from (runs, failures, seconds, ended, succeeded)


def _backups(settings: Settings) -> Iterator[Metric]:
    """When the newest backup was made; nothing where no folder is set or it holds none."""
    if settings.backup_folder:
        made = [moment for moment, _ in backups_in(Path(settings.backup_folder))]
        if made:
            newest = GaugeMetricFamily(
                "evenkeel_backup_last_timestamp_seconds", "When the newest backup was made."
            )
            newest.add_metric([], max(made).timestamp())
            yield newest


def _age(moment: datetime | None) -> float:
    return max(0.0, (now() - moment).total_seconds()) if moment else 0.0
