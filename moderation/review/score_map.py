"""The open queue by class and score: how many wait in each twentieth of the scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import func, select

from moderation.comments.tables import Comment, Status
from moderation.db import db
from moderation.policy.decide import Policy
from moderation.review.filters import column_of
from moderation.scoring.labels import LABELS

BINS = 20


@dataclass(frozen=True)
class Bin:
    """The comments with a score from `least` to `most`."""

    least: float
    most: float
    count: int


@dataclass(frozen=True)
class Row:
    """One class: its bins from 0 to 1, and the threshold from which it is reviewed."""

    label: str
    threshold: float
    over: int  # how many are held with a score from the threshold on
    bins: Sequence[Bin]

    @property
    def total(self) -> int:
        """How many held comments have a score."""
        return sum(one.count for one in self.bins)


def score_map(policy: Policy) -> Sequence[Row]:
    """A row for each class, from one index each."""
    return [_row_of(label, policy.thresholds[label].review) for label in LABELS]


def _row_of(label: str, threshold: float) -> Row:
    score, edges = column_of(label), [number / BINS for number in range(BINS + 1)]
    held = select(func.count()).where(Comment.status == Status.HELD)
    # The last bin holds a score of exactly 1 too. Each count is one stretch of one index.
    tops = [*(score < most for most in edges[1:-1]), score <= 1]
    stretches = [held.where(score >= least, top) for least, top in zip(edges, tops, strict=False)]
    counted = [one.scalar_subquery() for one in (held.where(score >= threshold), *stretches)]
    over, *counts = db.session.execute(select(*counted)).one()
    bins = [Bin(*edge, count) for edge, count in zip(pairwise(edges), counts, strict=True)]
    return Row(label, threshold, over, bins)
