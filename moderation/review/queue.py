"""Read the queue: a page of it, what comes after a comment, and how many wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, false, func, or_, select
from sqlalchemy.orm import aliased

from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db
from moderation.policy.decide import Policy
from moderation.review.filters import Filter, State
from moderation.scoring.labels import LABELS
from moderation.web.pagination import Page, encode, page_of

PAGE_SIZE = 30
# What is offered to who had enough of severe ones.
MILD = 0.6
# Beyond this a view's size is told as "1,000+": nobody works by the exact number, and counting
# on would read the whole table. What is searched for is looked up comment by comment.
COUNTED_AT_MOST = 1000
FOUND_AT_MOST = 100
# How far the whole queue is counted: it stands on every page, and each open desk asks for it anew
# every few seconds.
WAITING_AT_MOST = 10_000


def page_of_queue(
    view: Filter,
    *,
    after: str | None = None,
    before: str | None = None,
    total: int | None = None,
) -> Page[Comment]:
    """One page of `view`. Before the first comment there is nothing: that is the first page.

    `total` is what count_matching(view) said, where it was asked.
    Raises BadCursor for a cursor that this view did not give.
    """
    found = _page(view, after=after, before=before, total=total)
    return found if found.rows or before is None else _page(view, total=total)


def page_with(comment: Comment, view: Filter, page: Page[Comment]) -> Page[Comment]:
    """`page` if `comment` stands on it or not in this view at all, else the page it begins."""
    if any(row.id == comment.id for row in page.rows) or not _is_in(view, comment):
        return page
    here = encode(comment, view.key)
    rest = _page(view, after=here, size=PAGE_SIZE - 1)
    return Page([comment, *rest.rows], here, rest.next)


def next_after(comment: Comment, view: Filter, page: Page[Comment] | None = None) -> int | None:
    """The number of the comment that follows in `view`; at its end, of the first; or None.

    To be asked before `comment` is decided: afterwards it may have no place in the view. A `page`
    of the view that holds both saves looking.
    """
    if page is not None:
        for row, next_row in pairwise(page.rows):
            if row.id == comment.id:
                return next_row.id
    after = encode(comment, view.key) if getattr(comment, view.key[0].key) is not None else None
    following = _page(view, after=after, size=1).rows or _page(view, size=2).rows
    return next((row.id for row in following if row.id != comment.id), None)


def numbers_in(view: Filter, *, limit: int) -> Sequence[int]:
    """The numbers of the first comments of `view`, in its order."""
    order = [column.desc() if view.descending else column.asc() for column in view.key]
    found = _listed(view).with_only_columns(Comment.id).order_by(*order).limit(limit)
    return db.session.scalars(found).all()


def mild_one() -> int | None:
    """The number of the mildest held comment, if it is mild at all."""
    mildest = select(Comment.id).where(Comment.status == Status.HELD, Comment.urgency <= MILD)
    return db.session.scalar(mildest.order_by(Comment.urgency, Comment.id).limit(1))


@dataclass(frozen=True)
class Counts:
    """How many comments are held, by the reason and by the class that is over its threshold;
    `most` + 1 means more than `most`. And, whatever the view: how many published ones readers
    reported, of COUNTED_AT_MOST + 1 at most; how many wait, of WAITING_AT_MOST + 1; and the number
    of the newest comment, 0 where there is none.

    One comment counts in each class that it is over. The parts are None where the whole is more
    than was counted.
    """

    most: int
    reasons: Mapping[State, int | None]
    classes: Mapping[str, int | None]
    waiting: int
    reported: int
    newest: int

    @property
    def some(self) -> bool:
        """Whether anything is held."""
        return any(count != 0 for count in (*self.reasons.values(), *self.classes.values()))


def count_held(view: Filter, policy: Policy) -> Counts:
    """Count the held comments that match the author, page and text of `view`."""
    most = counted_at_most(view)
    limits = tuple(policy.thresholds[label].review for label in LABELS)
    if view.about:
        held = select(Comment).where(view.stands_at(Status.HELD), *view.about)
        some = aliased(Comment, held.limit(most + 1).subquery())
        together = [func.count().filter(part) for part in _parts(some, limits)]
        counted = select(*_whatever_the_view(), func.count(some.id), *together)
        waiting, reported, newest, total, *parts = db.session.execute(counted).one()
        if total > most:
            parts = [None] * len(parts)
    else:
        waiting, reported, newest, *parts = db.session.execute(_count_apart(limits, most)).one()
    reasons, classes = parts[: len(HoldReason)], parts[len(HoldReason) :]
    return Counts(
        most=most,
        reasons=dict(zip(map(State, HoldReason), reasons, strict=True)),
        classes=dict(zip(LABELS, classes, strict=True)),
        waiting=waiting,
        reported=reported,
        newest=newest,
    )


def _parts(comment: type[Comment], limits: Sequence[float]) -> Sequence[ColumnElement[bool]]:
    """What the held are counted by: each reason, and each class that is over its limit."""
    reasons = [comment.hold_reason == reason for reason in HoldReason]
    scores = [getattr(comment, label) for label in LABELS]
    return [*reasons, *(score >= limit for score, limit in zip(scores, limits, strict=True))]


@lru_cache(maxsize=8)
def _count_apart(limits: Sequence[float], most: int) -> Select[Any]:
    """Count each part of all that is held. Kept: to make it takes longer than to run it."""
    held = select(Comment).where(Comment.status == Status.HELD)
    counts: list[Any] = [_counted(held.where(part), most) for part in _parts(Comment, limits)]
    return select(*_whatever_the_view(), *counts)


def counted_at_most(view: Filter) -> int:
    """How far the comments of `view` are counted."""
    return FOUND_AT_MOST if view.searches else COUNTED_AT_MOST


def count_matching(view: Filter) -> int:
    """How many comments are in `view`; counted_at_most(view) + 1 if there are more than that."""
    return db.session.scalar(select(_counted(view.query(), counted_at_most(view)))) or 0


def count_left_out(view: Filter) -> int:
    """How many held comments `view` leaves out for their class, of COUNTED_AT_MOST + 1 at most."""
    left_out = select(Comment).where(
        Comment.status == Status.HELD, or_(false(), *view.over_left_out)
    )
    return db.session.scalar(select(_counted(left_out, COUNTED_AT_MOST))) or 0


def count_waiting() -> int:
    """How many comments are held; WAITING_AT_MOST + 1 if there are more than that."""
    return db.session.scalar(select(_waiting())) or 0


def in_words(waiting: int) -> str:
    """So many comments that wait, such as "1,234"; "10,000+" if there are more than that."""
    return f"{WAITING_AT_MOST:,}+" if waiting > WAITING_AT_MOST else f"{waiting:,}"


def _whatever_the_view() -> tuple[ScalarSelect[int], ScalarSelect[int], ScalarSelect[int]]:
    """How many wait, how many readers reported, and the newest comment's number."""
    reported = _counted(Filter(state=State.REPORTED).query(), COUNTED_AT_MOST)
    newest = select(func.coalesce(func.max(Comment.id), 0)).scalar_subquery()
    return _waiting(), reported, newest


def _waiting() -> ScalarSelect[int]:
    return _counted(select(Comment).where(Comment.status == Status.HELD), WAITING_AT_MOST)


def _counted(query: Select[Any], most: int) -> ScalarSelect[int]:
    """How many comments `query` finds; `most` + 1 if there are more than that."""
    some = query.with_only_columns(Comment.id).limit(most + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _page(
    view: Filter,
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = PAGE_SIZE,
    total: int | None = None,
) -> Page[Comment]:
    return page_of(
        _listed(view, total),
        view.key,
        descending=view.descending,
        after=after,
        before=before,
        size=size,
    )


def _listed(view: Filter, total: int | None = None) -> Select[Any]:
    """The comments of `view`, in the way that finds a page of them soonest.

    Of a range of scores that many have, a page is full after a few steps in the order of the view;
    to find them all by their scores and sort them takes long. What few have is found and sorted.
    """
    if not view.orders_a_range or view.about:
        return view.query()
    total = count_matching(view) if total is None else total
    return view.query(walked=total > COUNTED_AT_MOST)


def _is_in(view: Filter, comment: Comment) -> bool:
    return db.session.scalar(view.query().where(Comment.id == comment.id)) is not None
