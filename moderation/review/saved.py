"""The views of the queue that a person keeps under a name."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from moderation.audit.record import Actor
from moderation.db import db, writing
from moderation.review.tables import SavedView

MOST = 20


class TooMany(Exception):
    """A person keeps as many views as there is room for."""


def saved_views(user_id: int) -> Sequence[SavedView]:
    """What this person keeps, by name."""
    return db.session.scalars(
        select(SavedView).where(SavedView.user_id == user_id).order_by(SavedView.name)
    ).all()


def save_view(name: str, query: str, by: Actor) -> None:
    """Keep the query part of a view's address; a name that is known then means the new one.

    Raises TooMany.
    """
    with writing() as session:
        row = session.scalar(
            select(SavedView).where(SavedView.user_id == by.id, SavedView.name == name)
        )
        if row is None:
            kept = session.scalar(select(func.count()).where(SavedView.user_id == by.id)) or 0
            if kept >= MOST:
                raise TooMany(f"at most {MOST} views")
            row = SavedView(user_id=by.id, name=name)
            session.add(row)
        row.query = query


def forget_view(view_id: int, by: Actor) -> None:
    """Keep one of one's own views no longer; another's stays."""
    with writing() as session:
        session.execute(
            delete(SavedView).where(SavedView.id == view_id, SavedView.user_id == by.id)
        )
