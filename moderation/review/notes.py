"""Private notes on a comment, for those who moderate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from moderation.accounts.tables import User
from moderation.audit.record import Actor
from moderation.comments.tables import Comment
from moderation.db import db, writing
from moderation.review.tables import Note


@dataclass(frozen=True)
class Written:
    """A note with the name of who wrote it."""

    author: str
    at: datetime
    text: str


def notes_on(comment_id: int) -> Sequence[Written]:
    """All notes on a comment, oldest first."""
    rows = db.session.execute(
        select(User.display_name, Note.at, Note.text)
        .join(User, User.id == Note.user_id)
        .where(Note.comment_id == comment_id)
        .order_by(Note.id)
    ).all()
    return [Written(*row) for row in rows]


def add_note(comment_id: int, text: str, by: Actor) -> None:
    """Write a note. Raises LookupError if there is no such comment."""
    with writing() as session:
        if session.get(Comment, comment_id) is None:
            raise LookupError(f"there is no comment {comment_id}")
        session.add(Note(comment_id=comment_id, user_id=by.id, text=text))
