"""How well people agree, how right the model is, and how much it misses: from real decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from moderation.accounts.tables import User
from moderation.comments.tables import Comment, Status
from moderation.db import db
from moderation.policy.decide import Policy
from moderation.quality.agreement import Kappa, cohens_kappa, recall
from moderation.quality.looks import AGAINST
from moderation.quality.tables import Golden, Look, LookKind
from moderation.review.tables import Labelling, Verdict
from moderation.scoring.labels import LABELS
from moderation.shares import Estimate, share_of, weighted_share

# Fewer samples than this say nothing that anybody should act on.
ENOUGH = 30
Pair = tuple[int, int]  # the numbers of two people, the lower first
Answers = list[tuple[bool, bool]]


@dataclass(frozen=True)
class Agreement:
    """Of the decisions, and of each class, beyond chance; None where there is too little."""

    decisions: Kappa | None
    classes: Mapping[str, Kappa | None]


@dataclass(frozen=True)
class Precision:
    """Of the comments that were over today's threshold of a class: how many were rejected when
    they were decided, and how often people said that the class truly applies."""

    label: str
    rejected: Estimate | None
    applies: Estimate | None


@dataclass(frozen=True)
class Misses:
    """What the model lets pass. `recall` is None until there are ENOUGH samples."""

    samples: int
    missed: int
    published: int
    caught: int
    recall: Estimate | None


@dataclass(frozen=True)
class Own:
    """One person's figures."""

    user: User
    decisions: int
    agreed: Estimate | None  # of those that a second person saw blind
    golden: Estimate | None


def agreements(since: datetime) -> tuple[Agreement, Mapping[Pair, Agreement]]:
    """Everybody together, and each pair of people."""
    decisions = _second_looks(since)
    labels = _shared_labels(since)
    pairs = sorted({*decisions, *(pair for by_pair in labels.values() for pair in by_pair)})
    return (
        Agreement(_pooled(decisions), {label: _pooled(labels[label]) for label in LABELS}),
        {
            pair: Agreement(
                cohens_kappa(decisions.get(pair, ())),
                {label: cohens_kappa(labels[label].get(pair, ())) for label in LABELS},
            )
            for pair in pairs
        },
    )


def precisions(since: datetime, policy: Policy) -> Sequence[Precision]:
    """Of each class, from the held comments that people decided, and from their labels."""
    return [
        Precision(
            label,
            _share_where(_decided(since, _over(label, policy)), Verdict.to_status.in_(AGAINST)),
            _share_where(_labelled(since, _over(label, policy)), getattr(Labelling, label)),
        )
        for label in LABELS
    ]


def misses(since: datetime) -> Misses:
    """The estimate of what is missed among the comments sent since then.

    Held comments are all seen by people, so of those only what stands rejected counts as caught.
    Of the published ones a sample is seen; each answer weighs as much as the comments that it
    was drawn from.
    """
    seen = db.session.execute(
        select(Look.reject, Look.chance)
        .join(Comment, Comment.id == Look.comment_id)
        .where(Look.kind == LookKind.SAMPLE, Look.reject.is_not(None), Comment.created_at >= since)
    ).all()
    standing = dict(
        db.session.execute(
            select(Comment.status, func.count())
            .where(Comment.created_at >= since, Comment.status != Status.HELD)
            .group_by(Comment.status)
        ).all()
    )
    approved = _decided(since, Comment.created_at >= since).where(
        Verdict.to_status == Status.PUBLISHED
    )
    by_hand = db.session.scalar(approved.with_only_columns(func.count())) or 0
    passed = standing.get(Status.PUBLISHED, 0) + standing.get(Status.REMOVED, 0) - by_hand
    caught = standing.get(Status.REJECTED, 0)
    share = weighted_share((bool(reject), 1 / chance) for reject, chance in seen)
    return Misses(
        samples=len(seen),
        missed=sum(bool(reject) for reject, _ in seen),
        published=passed,
        caught=caught,
        recall=recall(caught, passed, share) if share and share.n >= ENOUGH else None,
    )


def own_figures(since: datetime, people: Sequence[User]) -> Sequence[Own]:
    """The figures of each of these people."""
    return [_figures_of(user, since) for user in people]


def _figures_of(user: User, since: datetime) -> Own:
    decisions = (
        select(func.count())
        .select_from(Verdict)
        .where(Verdict.user_id == user.id, Verdict.at >= since, Verdict.undone_at.is_(None))
    )
    compared = select(Look.id).join(Verdict, Verdict.id == Look.verdict_id).where(*_compared(since))
    golden = select(Look.id).join(Golden, Golden.comment_id == Look.comment_id)
    return Own(
        user,
        db.session.scalar(decisions) or 0,
        _share_where(compared.where(Verdict.user_id == user.id), ~Look.disputed),
        _share_where(
            golden.where(*_answered(since, LookKind.GOLDEN), Look.user_id == user.id),
            Look.reject == Golden.reject,
        ),
    )


def _second_looks(since: datetime) -> Mapping[Pair, Answers]:
    """Whether to reject: what two people said of the same comments, by pair."""
    found: dict[Pair, Answers] = defaultdict(list)
    for decider, to, looker, reject in db.session.execute(
        select(Verdict.user_id, Verdict.to_status, User.id, Look.reject)
        .select_from(Look)
        .join(User, User.id == Look.user_id)
        .join(Verdict, Verdict.id == Look.verdict_id)
        .where(*_compared(since))
    ):
        (first, a), (second, b) = sorted([(decider, to in AGAINST), (looker, bool(reject))])
        found[first, second].append((a, b))
    return found


def _shared_labels(since: datetime) -> Mapping[str, Mapping[Pair, Answers]]:
    """For each class, whether it applies: what two people said of the same comments, by pair."""
    found: dict[str, dict[Pair, Answers]] = {label: defaultdict(list) for label in LABELS}
    one, other = aliased(Labelling), aliased(Labelling)
    both = select(one, other).join(
        other, (other.comment_id == one.comment_id) & (other.user_id > one.user_id)
    )
    for a, b in db.session.execute(both.where(one.at >= since, other.at >= since)):
        for label in LABELS:
            found[label][a.user_id, b.user_id].append((getattr(a, label), getattr(b, label)))
    return found


def _pooled(by_pair: Mapping[Pair, Answers]) -> Kappa | None:
    return cohens_kappa(answer for answers in by_pair.values() for answer in answers)


def _answered(since: datetime, kind: LookKind) -> Sequence[ColumnElement[bool]]:
    return (Look.kind == kind, Look.answered_at >= since, Look.reject.is_not(None))


def _compared(since: datetime) -> Sequence[ColumnElement[bool]]:
    """Second looks that were answered, at decisions that stand."""
    return (*_answered(since, LookKind.SECOND), Verdict.undone_at.is_(None))


def _over(label: str, policy: Policy) -> ColumnElement[bool]:
    column: ColumnElement[float] = getattr(Comment, label)
    return column >= policy.thresholds[label].review


def _decided(since: datetime, about: ColumnElement[bool]) -> Select[Any]:
    """Decisions on held comments."""
    return (
        select(Verdict.id)
        .join(Comment, Comment.id == Verdict.comment_id)
        .where(
            Verdict.at >= since,
            Verdict.undone_at.is_(None),
            Verdict.from_status == Status.HELD,
            Verdict.to_status != Status.HELD,
            about,
        )
    )


def _labelled(since: datetime, about: ColumnElement[bool]) -> Select[Any]:
    return (
        select(Labelling.comment_id)
        .join(Comment, Comment.id == Labelling.comment_id)
        .where(Labelling.at >= since, about)
    )


def _share_where(cases: Select[Any], condition: ColumnElement[bool]) -> Estimate | None:
    counts = cases.with_only_columns(
        func.count(), func.count().filter(condition), maintain_column_froms=True
    )
    total, met = db.session.execute(counts).one()
    return share_of(met, total)
