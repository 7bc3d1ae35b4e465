"""Read the queue: a page of it, what comes after a comment, and how many wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import false, func, or_, select

from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db
from moderation.policy.decide import Policy
from moderation.review.filters import Filter, State, column_of
from moderation.scoring.labels import LABELS
from moderation.web.pagination import Page, encode, page_of

PAGE_SIZE = 30
# What is offered to who had enough of severe ones.
MILD = 0.6
# Beyond this a view's size is told as "1000+": nobody works by the exact number, and counting
# on would read the whole table.
COUNTED_AT_MOST = 1000


def page_of_queue(
    view: Filter, *, after: str | None = None, before: str | None = None
) -> Page[Comment]:
    """One page of `view`. Before the first comment there is nothing: that is the first page.

    Raises BadCursor for a cursor that this view did not give.
    """
    found = _page(view, after=after, before=before)
    return found if found.rows or before is None else _page(view)


def page_with(comment: Comment, view: Filter, page: Page[Comment]) -> Page[Comment]:
    """`page` if `comment` stands on it or not in this view at all, else the page it begins."""
    if any(row.id == comment.id for row in page.rows) or not _is_in(view, comment):
        return page
    here = encode(comment, view.key)
    rest = _page(view, after=here, size=PAGE_SIZE - 1)
    return Page([comment, *rest.rows], here, rest.next)


def next_after(comment: Comment, view: Filter) -> int | None:
    """The number of the comment that follows in `view`; at its end, of the first; or None.

    To be asked before `comment` is decided: afterwards it may have no place in the view.
    """
    after = encode(comment, view.key) if getattr(comment, view.key[0].key) is not None else None
    following = _page(view, after=after, size=1).rows or _page(view, size=2).rows
    return next((row.id for row in following if row.id != comment.id), None)


def mild_one() -> int | None:
    """The number of the mildest held comment, if it is mild at all."""
    mildest = select(Comment.id).where(Comment.status == Status.HELD, Comment.urgency <= MILD)
    return db.session.scalar(mildest.order_by(Comment.urgency, Comment.id).limit(1))


@dataclass(frozen=True)
class Counts:
    """How many comments are held, by the reason and by the class that is over its threshold; and
    how many published ones readers reported.

    One comment counts in each class that it is over.
    """

    held: int
    reasons: Mapping[State, int]
    classes: Mapping[str, int]
    reported: int


def count_held(view: Filter, policy: Policy) -> Counts:
    """Count the held comments that match the author, page and text of `view`."""
    reasons = [func.count().filter(Comment.hold_reason == reason) for reason in HoldReason]
    classes = [
        func.count().filter(column_of(label) >= policy.thresholds[label].review) for label in LABELS
    ]
    row = db.session.execute(
        select(func.count(), *reasons, *classes)
        .select_from(Comment)
        .where(Comment.status == Status.HELD, *view.about())
    ).one()
    by_reason, by_class = row[1 : 1 + len(reasons)], row[1 + len(reasons) :]
    return Counts(
        held=row[0],
        reasons={State(reason): n for reason, n in zip(HoldReason, by_reason, strict=True)},
        classes=dict(zip(LABELS, by_class, strict=True)),
        reported=count_matching(Filter(state=State.REPORTED)),
    )


def count_matching(view: Filter) -> int:
    """How many comments are in `view`; COUNTED_AT_MOST + 1 if there are more than that."""
    some = view.query().with_only_columns(Comment.id).limit(COUNTED_AT_MOST + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def count_left_out(view: Filter) -> int:
    """How many held comments `view` leaves out for their class, of COUNTED_AT_MOST + 1 at most."""
    some = select(Comment.id).where(
        Comment.status == Status.HELD, or_(false(), *view.over_left_out())
    )
    found = some.limit(COUNTED_AT_MOST + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def count_waiting() -> int:
    """How many comments are held."""
    held = select(func.count()).select_from(Comment).where(Comment.status == Status.HELD)
    return db.session.scalar(held) or 0


def _page(
    view: Filter, *, after: str | None = None, before: str | None = None, size: int = PAGE_SIZE
) -> Page[Comment]:
    return page_of(
        view.query(), view.key, descending=view.descending, after=after, before=before, size=size
    )


def _is_in(view: Filter, comment: Comment) -> bool:
    return db.session.scalar(view.query().where(Comment.id == comment.id)) is not None
