"""A mail each morning, for those of the team who asked for it: what waits at the desk."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

import structlog
from sqlalchemy import func, select

from moderation.accounts.tables import State, User
from moderation.comments.tables import Comment, Status
from moderation.db import db, now
from moderation.integrations import mail
from moderation.review.preferences import preferences_of
from moderation.review.tables import Verdict
from moderation.settings import Settings
from moderation.web.permissions import Permission, allows

log = structlog.get_logger()


@dataclass(frozen=True)
class Digest:
    """The desk in numbers: what waits now, and what came in and was decided in the last day."""

    waiting: int
    overdue: int
    oldest: datetime | None
    reported: int
    arrived: int
    decided: int


def digest(*, at: datetime | None = None) -> Digest:
    """Count."""
    at = at or now()
    yesterday = at - timedelta(days=1)
    held = Comment.status == Status.HELD
    waiting, oldest = db.session.execute(
        select(func.count(), func.min(Comment.created_at)).where(held)
    ).one()
    return Digest(
        waiting=waiting,
        overdue=_count(Comment, held, Comment.due_at < at),
        oldest=oldest,
        reported=_count(Comment, Comment.status == Status.PUBLISHED, Comment.reports > 0),
        arrived=_count(Comment, Comment.created_at >= yesterday),
        decided=_count(Verdict, Verdict.at >= yesterday, Verdict.undone_at.is_(None)),
    )


def send_digests(settings: Settings, *, at: datetime | None = None) -> int:
    """Mail it to everybody who asked for it and may read the queue. Returns how many left.

    One that cannot be sent is logged and not tried again: the next morning brings another.
    """
    if not settings.smtp_url:
        return 0
    what, sent = digest(at=at), 0
    for user in readers():
        try:
            mail.send(letter(what, user, settings), settings)
        except (smtplib.SMTPException, OSError) as error:
            log.warning("digest_not_sent", user=user.id, error=type(error).__name__)
        else:
            sent += 1
    return sent


def readers() -> Sequence[User]:
    """The people who asked for the digest and may sign in and read the queue."""
    people = db.session.scalars(select(User).where(User.active).order_by(User.id)).all()
    return [
        user
        for user in people
        if user.state is State.ACTIVE
        and allows(user.role, Permission.READ_QUEUE)
        and preferences_of(user.id).digest
    ]


def letter(what: Digest, user: User, settings: Settings) -> EmailMessage:
    """The mail: numbers and links, no comment's text."""
    desk = f"{settings.public_url}/review"
    oldest = f", the oldest since {what.oldest:%Y-%m-%d %H:%M} UTC" if what.oldest else ""
    return mail.message(
        user.email,
        f"{what.waiting:,} waiting",
        f"Waiting for a decision: {what.waiting:,}{oldest}\n"
        f"Over their time: {what.overdue:,}\n"
        f"Published and reported by readers: {what.reported:,}\n\n"
        f"In the last 24 hours {what.arrived:,} came in and {what.decided:,} were decided.\n\n"
        f"The desk, most urgent first:\n{desk}?order=due\n\n"
        f"You get this because you asked for it. To stop it:\n{desk}/preferences\n",
        settings,
    )


def _count(table: type[Comment] | type[Verdict], *where: object) -> int:
    return db.session.scalar(select(func.count()).select_from(table).where(*where)) or 0  # type: ignore[arg-type]
