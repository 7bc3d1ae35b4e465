"""What the doctor asks of the work that runs by itself: jobs, scoring, outbox, backups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from moderation.comments.tables import Comment, HoldReason
from moderation.db import db, now
from moderation.operations.backup import backups_in
from moderation.operations.damage import Damaged, look_for_damage
from moderation.operations.findings import Finding, ok, problem, warning
from moderation.operations.health import LAG
from moderation.operations.tables import JobRun
from moderation.outbox.tables import Effect
from moderation.settings import Settings

WORKER_AWAY = timedelta(minutes=5)  # it notes a run each minute
OUTBOX_LATE = timedelta(minutes=30)
BACKUP_OLD = timedelta(hours=36)


def worker(_: Settings) -> Iterator[Finding]:
    """Whether it runs, and how each job went."""
    start = "Start it: flask worker, or systemctl start evenkeel-jobs."
    last = db.session.scalar(select(func.max(JobRun.ended_at)))
    if last is None:
        yield problem("worker", "has never run", start)
    elif now() - last > WORKER_AWAY:
        yield problem("worker", f"last seen {last:%Y-%m-%d %H:%M} UTC", start)
    else:
        yield ok("worker", f"last run {last:%H:%M:%S} UTC")
    for run in db.session.scalars(select(JobRun).where(JobRun.error.is_not(None))):
        yield problem(
            f"job {run.job}",
            f"its last run failed: {run.error}",
            f'Look for it in the worker\'s log: "job": "{run.job}".',
        )


def queue(settings: Settings) -> Iterator[Finding]:
    """Whether the queue's file is whole."""
    if settings.redis_url:
        return
    try:
        look_for_damage(settings.jobs)
        yield ok("queue", "whole" if settings.jobs.exists() else "not made yet")
    except Damaged:
        yield problem(
            "queue",
            f"{settings.jobs} is damaged",
            "Start the worker again (systemctl restart evenkeel-jobs): it puts the file aside and "
            "makes a new one. Nothing is lost with it.",
        )


def scoring(_: Settings) -> Iterator[Finding]:
    """What the site's own processes made of it: this one's scorer may be well while theirs hang."""
    waits = select(func.count(), func.min(Comment.created_at)).where(
        Comment.hold_reason == HoldReason.UNSCORED
    )
    count, oldest = db.session.execute(waits).one()
    if oldest is not None and now() - oldest > LAG:
        yield problem(
            "scoring",
            f"{count} wait for a score, the oldest since {oldest:%Y-%m-%d %H:%M} UTC",
            "Look for scorer_stuck, no_scorer and scoring_failed in the log, and at the worker. "
            "Fresh processes: systemctl reload evenkeel-web, systemctl restart evenkeel-jobs.",
        )
    else:
        yield ok("scoring", "in time")


def outbox(_: Settings) -> Iterator[Finding]:
    """Whether webhooks and mails leave in time."""
    waits = (Effect.sent_at.is_(None), Effect.cancelled_at.is_(None), Effect.failed_at.is_(None))
    due = db.session.scalar(select(func.min(Effect.due_at)).where(*waits))
    if due is not None and now() - due > OUTBOX_LATE:
        yield problem(
            "outbox",
            f"the oldest has been due since {due:%H:%M} UTC",
            "Is the worker running, the receiver reachable? flask doctor --network",
        )
    else:
        yield ok("outbox", "in time")


def backups(settings: Settings) -> Iterator[Finding]:
    """Whether they are made, and when the newest was."""
    if not settings.backup_folder:
        yield warning(
            "backups",
            "none are made by the worker",
            "EVENKEEL_BACKUP_FOLDER=/var/backups/evenkeel, best on another disk.",
        )
        return
    made = [moment for moment, _ in backups_in(Path(settings.backup_folder))]
    if not made:
        yield problem("backups", f"none in {settings.backup_folder}", "flask backup")
    elif now() - max(made) > BACKUP_OLD:
        yield problem(
            "backups",
            f"the newest is of {max(made):%Y-%m-%d %H:%M} UTC",
            "flask backup, and see why the worker makes none.",
        )
    else:
        yield ok("backups", f"{len(made)}, the newest of {max(made):%Y-%m-%d %H:%M}")
