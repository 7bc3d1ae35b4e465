"""What the queue may be narrowed to and ordered by, as one value that an address can carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, false, func, not_, select
from sqlalchemy.orm import InstrumentedAttribute

from moderation.comments.search import Part, matching
from moderation.comments.tables import Comment, HoldReason, Status
from moderation.policy.versions import current_policy
from moderation.scoring.labels import LABELS

Column = InstrumentedAttribute[Any]
NOTHING = "none"
NO_SCORE = -1.0  # lower than any


class State(StrEnum):
    """Where the listed comments stand: held, held for one reason, reported by readers and not
    settled, decided, or anywhere."""

    HELD = "held"
    SCORE = "score"
    UNSCORED = "unscored"
    UNREADABLE = "unreadable"
    LANGUAGE = "language"
    QUARANTINED = "quarantined"
    AUTHOR = "author"
    ESCALATED = "escalated"
    REPORTED = "reported"
    PUBLISHED = "published"
    REJECTED = "rejected"
    REMOVED = "removed"
    ALL = "all"


class Order(StrEnum):
    """Which comment comes first. The worst is the one with the highest score: of the chosen
    class, or of any. Due is the service-level clock, which held comments have. What readers
    reported always has the most reported first."""

    WORST = "worst"
    DUE = "due"
    REPORTS = "reports"
    OLDEST = "oldest"
    NEWEST = "newest"


@dataclass(frozen=True)
class Filter:
    """One view of the queue. The default is what a moderator starts with: held, worst first.

    `least` and `most` bound the score of `label`, or the highest score where no class is
    chosen. `text` and `author` are words of the text and beginnings of the name, as search.py
    reads them; `author_of` the number of a comment whose author is meant, so that no e-mail
    address stands in an address bar. `without` names classes ("threat,insult"): what is over
    today's threshold of one is left out; "none": nothing is, whatever the person leaves out of
    the queue that they start with.
    """

    state: State = State.HELD
    order: Order = Order.WORST
    label: str | None = None
    least: float | None = None
    most: float | None = None
    author: str | None = None
    author_of: int | None = None
    page: str | None = None
    text: str | None = None
    without: str | None = None

    def as_args(self) -> dict[str, Any]:
        """The values that differ from the default, for the address of this view."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }

    @property
    def needs_scores(self) -> bool:
        """Whether a comment without scores has no place in this view."""
        return not (self.label is None and self.least is None and self.most is None)

    @property
    def narrowed(self) -> bool:
        """Whether this view leaves out comments that wait."""
        aside = {"order", "without"} if self.without == NOTHING else {"order"}
        return bool(set(self.as_args()) - aside)

    @property
    def left_out(self) -> Sequence[str]:
        """The classes that this view leaves out."""
        return [label for label in LABELS if label in (self.without or "").split(",")]

    @property
    def score(self) -> Column:
        """The column that "worst" and the score range look at."""
        return column_of(self.label) if self.label else Comment.urgency

    @property
    def key(self) -> Sequence[Column]:
        """The columns that order this view, unique together."""
        return (self._ordered_by, Comment.id)

    @property
    def descending(self) -> bool:
        """Whether the highest key comes first."""
        if self.state is State.REPORTED:
            return True
        return self.order in (Order.WORST, Order.NEWEST)

    @property
    def _ordered_by(self) -> Column:
        if self.state is State.REPORTED:
            return cast(Column, Comment.reports)
        if self.order is Order.WORST:
            return cast(Column, self.score)
        if self.order is Order.DUE and self.is_waiting:
            return cast(Column, Comment.due_at)
        return cast(Column, Comment.created_at)

    @property
    def is_waiting(self) -> bool:
        """Whether all that is listed waits for a decision."""
        return str(self.state) in {Status.HELD, *HoldReason}

    @property
    def orders_a_range(self) -> bool:
        """Whether a range of scores is listed in an order that is not theirs."""
        return not (self.least is None and self.most is None) and self._ordered_by is not self.score

    def query(self, *, walked: bool = False) -> Select[Any]:
        """The comments of this view, unordered.

        `walked`: scores are looked at in the rows that another index finds, never found by theirs.
        """
        kept = [not_(func.coalesce(over, false())) for over in self.over_left_out]
        scores = self._scores(walked)
        return select(Comment).where(*self._standing(), *scores, *self.about, *kept)

    @cached_property
    def over_left_out(self) -> Sequence[ColumnElement[bool]]:
        """For each class that is left out: its score is over today's threshold; null if unknown."""
        if not self.left_out:
            return []
        limits = current_policy().thresholds
        return [column_of(label) >= limits[label].review for label in self.left_out]

    @property
    def searches(self) -> bool:
        """Whether words are looked for."""
        return not (self.text is None and self.author is None)

    @cached_property
    def about(self) -> Sequence[ColumnElement[bool]]:
        """The conditions on author, page and text: those that counts by state share."""
        found: list[ColumnElement[bool]] = []
        if self.author is not None:
            found.append(matching(self.author, Part.AUTHOR))
        if self.author_of is not None:
            whose = select(Comment.author_key).where(Comment.id == self.author_of)
            found.append(Comment.author_key == whose.scalar_subquery())
        if self.page is not None:
            found.append(Comment.page == self.page)
        if self.text is not None:
            found.append(matching(self.text, Part.TEXT))
        return found

    def stands_at(self, status: Status) -> ColumnElement[bool]:
        """The condition that a comment of this view has a status."""
        if self.author_of is not None:  # whose own index finds a few; that of the status, many
            return _unindexed(Comment.status) == status
        return Comment.status == status

    def _standing(self) -> list[ColumnElement[bool]]:
        if self.state is State.ALL:
            return []
        if self.state is State.REPORTED:  # held: it was approved, reported, and the approval undone
            open_ones = (Status.PUBLISHED, Status.HELD)
            return [Comment.reports > 0, _unindexed(Comment.status).in_(open_ones)]
        if str(self.state) in set(Status):
            return [self.stands_at(Status(self.state))]
        if self.state is State.SCORE and self.needs_scores:
            # Most of the held are held for a score: the indexes of scores, which begin with the
            # status, find them in order.
            return [Comment.status == Status.HELD, _unindexed(Comment.hold_reason) == self.state]
        return [Comment.hold_reason == self.state]

    def _scores(self, walked: bool) -> list[ColumnElement[bool]]:
        if not self.needs_scores:
            return []
        score: Any = self.score
        scored: Any = self.score if self.label else Comment.toxic
        if walked:
            score, scored = _unindexed(score, NO_SCORE), _unindexed(scored, NO_SCORE)
        found: list[ColumnElement[bool]] = [scored > NO_SCORE if walked else scored.is_not(None)]
        if self.least is not None:
            found.append(score >= self.least)
        if self.most is not None:
            found.append(score <= self.most)
        return found


def column_of(label: str) -> Column:
    """The column that holds a class's score."""
    return cast(Column, getattr(Comment, label))


def _unindexed(column: Any, missing: Any = "") -> ColumnElement[Any]:
    """The column, hidden in a function: looked at in the rows that another index finds."""
    return func.coalesce(column, missing)
