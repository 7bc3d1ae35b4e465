"""What changed under the eyes of somebody at the desk: arrivals, claims, decisions of others."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import func, select

from moderation.audit.sentences import did, who
from moderation.audit.trail import last_event_about
from moderation.comments.tables import Comment
from moderation.db import db
from moderation.review.filters import Filter

# An arrival is one of the latest comments; who was away longer than this reloads the list.
LATEST = 200


def count_arrivals(view: Filter, since: int) -> int:
    """How many comments of `view` came after comment `since`, of the LATEST at most."""
    latest = (
        select(Comment.id).where(Comment.id > since).order_by(Comment.id.desc()).limit(LATEST)
    ).subquery()
    found = view.query().where(Comment.id.in_(select(latest.c.id))).with_only_columns(Comment.id)
    return db.session.scalar(select(func.count()).select_from(found.subquery())) or 0


def standings(comment_ids: Collection[int]) -> Mapping[int, str]:
    """Where each of these comments stands."""
    rows = db.session.execute(
        select(Comment.id, Comment.status, Comment.hold_reason).where(Comment.id.in_(comment_ids))
    )
    return {number: standing_of(status, reason) for number, status, reason in rows}


def standing_of(status: str, reason: str | None) -> str:
    """As pages carry it and the poll answers: "held score", "rejected"."""
    return f"{status} {reason}" if reason else str(status)


def said_about(comment_id: int) -> str | None:
    """Who decided last about a comment and what, such as "Mona rejected"; None: nobody has."""
    event = last_event_about("comment", comment_id, action="comment.status")
    return f"{who(event)} {did(event)}" if event is not None else None
