"""Read the audit trail: what happened to one thing, and a filtered page of everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select

from moderation.audit.tables import Event
from moderation.db import db
from moderation.web.pagination import Page, page_of

# By number, not by time: a clock that was put back must not turn what happened around.
NEWEST_FIRST = (Event.id,)


class By(StrEnum):
    """Whose doings are listed."""

    ANYONE = "anyone"
    PEOPLE = "people"
    SYSTEM = "system"


@dataclass(frozen=True)
class TrailFilter:
    """One view of the trail. `person` is a part of a name; days are whole days in UTC."""

    by: By = By.ANYONE
    action: str | None = None
    person: str | None = None
    comment: int | None = None
    since: date | None = None
    until: date | None = None

    def as_args(self) -> dict[str, Any]:
        """The values that differ from the default, for the address of this view."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }

    def conditions(self) -> list[ColumnElement[bool]]:
        """What an event must be to stand in this view."""
        found: list[ColumnElement[bool]] = []
        if self.by is By.PEOPLE:
            found.append(Event.actor_id.is_not(None))
        if self.by is By.SYSTEM:
            found.append(Event.actor_id.is_(None))
        if self.action is not None:
            found.append(Event.action == self.action)
        if self.person is not None:
            found.append(Event.actor_name.icontains(self.person, autoescape=True))
        if self.comment is not None:
            found += [Event.subject_type == "comment", Event.subject_id == str(self.comment)]
        if self.since is not None:
            found.append(Event.at >= datetime.combine(self.since, time.min, UTC))
        if self.until is not None:
            found.append(Event.at <= datetime.combine(self.until, time.max, UTC))
        return found


def page_of_trail(
    view: TrailFilter, *, after: str | None = None, before: str | None = None
) -> Page[Event]:
    """One page of the trail, newest first. Raises BadCursor for a cursor it did not give."""
    query = select(Event).where(*view.conditions())
    found = page_of(query, NEWEST_FIRST, descending=True, after=after, before=before)
    return found if found.rows or before is None else page_of(query, NEWEST_FIRST, descending=True)


def events_about(kind: str, number: object) -> Sequence[Event]:
    """All that happened to one thing, such as ("comment", 12), oldest first."""
    return db.session.scalars(
        select(Event)
        .where(Event.subject_type == kind, Event.subject_id == str(number))
        .order_by(*NEWEST_FIRST)
    ).all()


def last_event_about(kind: str, number: object, *, action: str) -> Event | None:
    """The latest time that this was done to it, or None."""
    event: Event | None = db.session.scalar(
        select(Event)
        .where(Event.subject_type == kind, Event.subject_id == str(number), Event.action == action)
        .order_by(*(column.desc() for column in NEWEST_FIRST))
        .limit(1)
    )
    return event


def known_actions() -> Sequence[str]:
    """Every action that the trail holds, in alphabetical order.

    Steps through the index from one action to the next: DISTINCT would read every row.
    """
    first = select(func.min(Event.action).label("action")).cte("actions", recursive=True)
    following = (
        select(func.min(Event.action))
        .where(Event.action > first.c.action)
        .correlate(first)
        .scalar_subquery()
    )
    steps = first.union_all(select(following).where(first.c.action.is_not(None)))
    return [name for (name,) in db.session.execute(select(steps.c.action)) if name is not None]
