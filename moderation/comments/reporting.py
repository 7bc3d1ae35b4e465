"""Readers report what is published; a moderator then looks, and nothing happens by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import select

from moderation.audit.record import Actor, record
from moderation.comments.status import locked
from moderation.comments.tables import Comment, Report, Status
from moderation.db import db, writing

MAX_REASON = 500
MOST_SHOWN = 20
READER = Actor(None, "a reader")  # nobody asked for a name


def reportable(comment_id: int) -> Comment | None:
    """The comment, if the public can read and so report it; else None."""
    found: Comment | None = db.session.scalar(
        select(Comment).where(Comment.id == comment_id, Comment.status == Status.PUBLISHED)
    )
    return found


def reporter_key(secret: str, browser: str) -> str:
    """Whom we take the reader to be: a keyed hash of a random number that the browser keeps."""
    return hashlib.blake2b(browser.encode(), key=secret.encode()[:64], digest_size=32).hexdigest()


def report(comment_id: int, reporter: str, reason: str | None) -> bool:
    """Count one reader's report; False if they had reported it, or it is public no longer.

    Raises LookupError if there is no such comment.
    """
    with writing() as session:
        comment = locked(comment_id)
        if comment.status != Status.PUBLISHED or _has_reported(comment_id, reporter):
            return False
        session.add(Report(comment_id=comment_id, reporter=reporter, reason=reason or None))
        comment.reports += 1
        if comment.reports == 1:  # the trail says that it began; the table knows each
            record("comment.reported", READER, ("comment", comment_id))
        return True


def reports_on(comment: Comment) -> Sequence[Report]:
    """The reports since a person last looked, the latest first."""
    if not comment.reports:
        return ()
    return db.session.scalars(
        select(Report)
        .where(Report.comment_id == comment.id)
        .order_by(Report.id.desc())
        .limit(min(comment.reports, MOST_SHOWN))
    ).all()


def _has_reported(comment_id: int, reporter: str) -> bool:
    known = select(Report.id).where(Report.comment_id == comment_id, Report.reporter == reporter)
    return db.session.scalar(known) is not None
