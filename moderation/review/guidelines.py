"""The site's guidelines: the reasons that a rejection can name, and that its author reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from moderation.audit.record import Actor, record
from moderation.db import db, now, writing
from moderation.review.tables import Guideline, Verdict

# Offered to a site that has none yet.
TO_START_WITH = (
    ("Be kind", "Insults, mockery and name-calling are not published here. Say the same thing to"
     " the point, and it will be."),
    ("No threats or hate", "We do not publish threats, or contempt for people because of who they"
     " are."),
    ("Stay on the subject", "This did not belong to the page that it was sent to, or it was"
     " advertising."),
)  # fmt: skip


class TitleTaken(Exception):
    """A guideline in force has this title."""


def guidelines() -> Sequence[Guideline]:
    """Those in force, in their order."""
    return db.session.scalars(
        select(Guideline)
        .where(Guideline.retired_at.is_(None))
        .order_by(Guideline.position, Guideline.id)
    ).all()


def save_guideline(
    guideline_id: int | None, title: str, text: str, by: Actor, *, at: datetime | None = None
) -> Guideline:
    """Add a guideline at the end (None), or word one anew.

    Raises LookupError if there is none in force with that number, TitleTaken.
    """
    with writing() as session:
        known = {row.id: row for row in guidelines()}
        if any(row.title == title and row.id != guideline_id for row in known.values()):
            raise TitleTaken(title)
        if guideline_id is None:
            last = session.scalar(select(func.max(Guideline.position))) or 0
            row = Guideline(title=title, text=text, position=last + 1)
            session.add(row)
            session.flush()
            record("guideline.added", by, ("guideline", row.id), after=title, at=at)
            return row
        if guideline_id not in known:
            raise LookupError(f"there is no guideline {guideline_id}")
        row = known[guideline_id]
        if (row.title, row.text) != (title, text):
            record("guideline.changed", by, ("guideline", row.id), before=row.title, after=title)
            row.title, row.text = title, text
        return row


def retire_guideline(guideline_id: int, by: Actor) -> None:
    """Offer a guideline no longer; what it was given for keeps it. Raises LookupError."""
    with writing() as session:
        row = session.get(Guideline, guideline_id, with_for_update=True)
        if row is None or row.retired_at is not None:
            raise LookupError(f"there is no guideline {guideline_id}")
        row.retired_at = now()
        record("guideline.retired", by, ("guideline", row.id), before=row.title)


def start_with_some(by: Actor, *, at: datetime | None = None) -> None:
    """Add the guidelines to start with, where there are none."""
    with writing():
        if not guidelines():
            for title, text in TO_START_WITH:
                save_guideline(None, title, text, by, at=at)


def guideline_given(comment_id: int) -> Guideline | None:
    """The guideline that the last decision on a comment named, or None."""
    found: Guideline | None = db.session.scalar(
        select(Guideline)
        .join(Verdict, Verdict.guideline_id == Guideline.id)
        .where(
            Verdict.id
            == select(func.max(Verdict.id))
            .where(Verdict.comment_id == comment_id, Verdict.undone_at.is_(None))
            .scalar_subquery()
        )
    )
    return found
