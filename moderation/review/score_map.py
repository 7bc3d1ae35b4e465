"""The open queue by class and score: how many wait in each twentieth of the scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Any

from sqlalchemy import Select, func, select, true

from moderation.comments.tables import Comment, Status
from moderation.db import db
from moderation.policy.decide import Policy
from moderation.review.filters import Column, column_of
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
    """One class, each comment counted once: in the stretch of one index between two cuts."""
    score, edges = column_of(label), [number / BINS for number in range(BINS + 1)]
    held = select(func.count()).where(Comment.status == Status.HELD)
    cuts = sorted({*edges, threshold})  # a threshold within a bin cuts it in two
    counts = dict(zip(cuts, _count_between(cuts, score, held), strict=True))

    def within(least: float, most: float) -> int:
        return sum(count for cut, count in counts.items() if least <= cut < most)

    # The last bin holds a score of exactly 1 too.
    tops = [*edges[1:-1], inf]
    bins = [
        Bin(*edge, within(edge[0], top)) for edge, top in zip(pairwise(edges), tops, strict=True)
    ]
    return Row(label, threshold, within(threshold, inf), bins)


def _count_between(cuts: Sequence[float], score: Column, held: Select[Any]) -> Sequence[int]:
    """How many have a score from each cut to the next one, and from the last one on."""
    tops = [*(score < most for most in cuts[1:]), true()]
    stretches = [held.where(score >= least, top) for least, top in zip(cuts, tops, strict=True)]
    return db.session.execute(select(*(one.scalar_subquery() for one in stretches))).one()
