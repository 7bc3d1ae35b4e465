"""What a policy would have done to the last 30 days, from the scores that are stored.

Counted by the database in one pass, whatever the number of comments: the decision of
`policy.decide` is written once more here as SQL, and a test holds the two equal row by row.
Nothing is judged again: stored comments keep their status, scores and versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, String, and_, case, func, literal, or_, select
from sqlalchemy import cast as sql_cast

from moderation.audit.tables import Event
from moderation.comments.tables import Comment, Status
from moderation.db import db, now
from moderation.policy.decide import Action, Policy
from moderation.scoring.labels import LABELS
from moderation.scoring.scorer import Scores

DAYS = 30
EXAMPLES = 10

Condition = ColumnElement[bool]


class Verdict(StrEnum):
    """What a person said of a comment, if any did."""

    APPROVED = "approved"
    REFUSED = "refused"  # rejected, or removed from the page
    NONE = "none"


@dataclass(frozen=True)
class Example:
    """A comment whose fate would be another one."""

    id: int
    text: str
    author_name: str
    created_at: datetime
    status: Status
    scores: Scores
    now: Action
    then: Action
    verdict: Verdict


@dataclass(frozen=True)
class LabelCount:
    """How many comments reach one label's thresholds, under today's policy and the other."""

    review_now: int
    review_then: int
    reject_now: int
    reject_then: int


@dataclass(frozen=True)
class Replay:
    """Two policies over the same comments: `now` is the one in force, `then` the other.

    `fates` counts the comments by (what now does, what then does, what a person said).
    """

    fates: Mapping[tuple[Action, Action, Verdict], int]
    labels: Mapping[str, LabelCount]
    unscored: int  # left out: there is nothing to replay
    examples: Sequence[Example]

    def count(
        self,
        now: Iterable[Action] = Action,
        then: Iterable[Action] = Action,
        verdict: Iterable[Verdict] = Verdict,
    ) -> int:
        """How many comments go from one of `now` to one of `then`, with one of `verdict`."""
        nows, thens, verdicts = set(now), set(then), set(verdict)
        return sum(
            count
            for (before, after, said), count in self.fates.items()
            if before in nows and after in thens and said in verdicts
        )

    @property
    def scored(self) -> int:
        """The comments that were replayed."""
        return self.count()

    @property
    def changed(self) -> int:
        """The comments whose fate would be another one."""
        return sum(self.count({action}, set(Action) - {action}) for action in Action)

    @property
    def false_alarms(self) -> int:
        """Comments that people approved, published now, and then no longer."""
        return self.count({Action.PUBLISH}, {Action.HOLD, Action.REJECT}, {Verdict.APPROVED})

    @property
    def misses(self) -> int:
        """Comments that people refused, stopped now, and then published unseen."""
        return self.count({Action.HOLD, Action.REJECT}, {Action.PUBLISH}, {Verdict.REFUSED})

    @property
    def spared(self) -> int:
        """Comments that people approved, stopped now, and then published at once."""
        return self.count({Action.HOLD, Action.REJECT}, {Action.PUBLISH}, {Verdict.APPROVED})

    @property
    def caught(self) -> int:
        """Comments that people refused, published now, and then stopped."""
        return self.count({Action.PUBLISH}, {Action.HOLD, Action.REJECT}, {Verdict.REFUSED})

    @property
    def wrongly_rejected(self) -> int:
        """Comments that people approved and that would be rejected unseen, but are not now."""
        return self.count({Action.PUBLISH, Action.HOLD}, {Action.REJECT}, {Verdict.APPROVED})

    @property
    def rightly_rejected(self) -> int:
        """Comments that people refused and that would be rejected unseen, but are not now."""
        return self.count({Action.PUBLISH, Action.HOLD}, {Action.REJECT}, {Verdict.REFUSED})


def replay(current: Policy, proposed: Policy) -> Replay:
    """Apply both policies to the scored comments of the last 30 days."""
    recent = Comment.created_at >= now() - timedelta(days=DAYS)
    scored = and_(recent, Comment.toxic.is_not(None))
    before, after, said = _action(current), _action(proposed), _verdict()
    limits = _limits(current, proposed)
    # Grouped outside: PostgreSQL takes an expression with parameters for another one each time.
    each = (
        select(
            before.label("now"),
            after.label("then"),
            said.label("said"),
            *(reaches(label, limit).label(name) for name, label, limit in limits),
        )
        .where(scored)
        .subquery()
    )
    groups = each.c.now, each.c.then, each.c.said
    reached = [how_many(each.c[name]) for name, _, _ in limits]
    rows = db.session.execute(select(*groups, func.count(), *reached).group_by(*groups)).all()

    fates = {(Action(b), Action(a), Verdict(s)): count for b, a, s, count, *_ in rows}
    totals = {
        name: sum(row[i] for row in rows) for i, (name, _, _) in enumerate(limits, len(groups) + 1)
    }
    all_recent = db.session.scalar(select(func.count()).select_from(Comment).where(recent)) or 0
    return Replay(
        fates,
        {label: LabelCount(**_of_label(totals, label)) for label in LABELS},
        all_recent - sum(fates.values()),
        _examples(and_(scored, before != after), before, after, said),
    )


def _action(policy: Policy) -> ColumnElement[str]:
    """`policy.decide.decide` as SQL: a score at its threshold crosses it."""
    limits = policy.thresholds
    rejects = [
        reaches(label, limit)
        for label in LABELS
        if (limit := limits[label].auto_reject) is not None
    ]
    holds = [reaches(label, limits[label].review) for label in LABELS]
    whens = [(or_(*rejects), Action.REJECT.value)] if rejects else []
    return case(*whens, (or_(*holds), Action.HOLD.value), else_=literal(Action.PUBLISH.value))


def _verdict() -> ColumnElement[str]:
    """What a person said. Who rejected a comment stands in the audit trail alone."""
    by_a_person = (
        select(literal(1))
        .where(
            Event.subject_type == "comment",
            Event.subject_id == sql_cast(Comment.id, String),
            Event.after == Status.REJECTED.value,
            Event.actor_id.is_not(None),
        )
        .exists()
    )
    return case(
        (and_(Comment.status == Status.PUBLISHED, Comment.published_by_hand), Verdict.APPROVED),
        (Comment.status == Status.REMOVED, Verdict.REFUSED),
        (and_(Comment.status == Status.REJECTED, by_a_person), Verdict.REFUSED),
        else_=literal(Verdict.NONE.value),
    )


def _limits(current: Policy, proposed: Policy) -> list[tuple[str, str, float]]:
    """(name of the count, label, threshold) for each threshold that is on in either policy."""
    found = []
    for label in LABELS:
        for when, limit in (
            ("now", current.thresholds[label]),
            ("then", proposed.thresholds[label]),
        ):
            found.append((f"{label} review_{when}", label, limit.review))
            if limit.auto_reject is not None:
                found.append((f"{label} reject_{when}", label, limit.auto_reject))
    return found


def _of_label(totals: Mapping[str, int], label: str) -> dict[str, int]:
    return {field.name: totals.get(f"{label} {field.name}", 0) for field in fields(LabelCount)}


def _examples(
    changed: Condition,
    before: ColumnElement[str],
    after: ColumnElement[str],
    said: ColumnElement[str],
) -> list[Example]:
    """The newest ones; first those where the policy would go against what a person said."""
    against = case(
        (and_(said == Verdict.APPROVED.value, after != Action.PUBLISH.value), 0),
        (and_(said == Verdict.REFUSED.value, after == Action.PUBLISH.value), 0),
        else_=1,
    )
    columns = [getattr(Comment, label) for label in LABELS]
    rows = db.session.execute(
        select(
            Comment.id,
            Comment.text,
            Comment.author_name,
            Comment.created_at,
            Comment.status,
            before.label("now"),
            after.label("then"),
            said.label("said"),
            *columns,
        )
        .where(changed)
        .order_by(against, Comment.created_at.desc(), Comment.id.desc())
        .limit(EXAMPLES)
    )
    return [_example(row) for row in rows]


def _example(row: Row[Any]) -> Example:
    return Example(
        row.id,
        row.text,
        row.author_name,
        row.created_at,
        Status(row.status),
        {label: getattr(row, label) for label in LABELS},
        Action(row.now),
        Action(row.then),
        Verdict(row.said),
    )


def reaches(label: str, limit: float) -> Condition:
    """Whether a comment's score is at a threshold or over it, as SQL."""
    return cast(Condition, getattr(Comment, label) >= limit)


def how_many(condition: Condition) -> ColumnElement[int]:
    """How many rows meet a condition, as SQL; NULL where there is no row."""
    return func.sum(case((condition, 1), else_=0))
