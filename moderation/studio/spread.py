"""How the scores of the last 30 days are spread between 0 and 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import select

from moderation.comments.tables import Comment
from moderation.db import db, now
from moderation.policy.decide import Policy
from moderation.scoring.labels import LABELS
from moderation.studio.replay import DAYS, how_many, reaches

STEPS = 20


@dataclass(frozen=True)
class Spread:
    """One label's recent scores: how many in each of 20 equal steps from 0 to 1, and how many
    reach the review threshold."""

    steps: Sequence[int]
    reached: int


def spread(policy: Policy) -> Mapping[str, Spread]:
    """Per label, how the recent comments score."""
    recent = Comment.created_at >= now() - timedelta(days=DAYS)
    sums = [
        how_many(reaches(label, limit))
        for label in LABELS
        for limit in (*(step / STEPS for step in range(STEPS)), policy.thresholds[label].review)
    ]
    row = [count or 0 for count in db.session.execute(select(*sums).where(recent)).one()]
    found = {}
    for i, label in enumerate(LABELS):
        *at_least, reached = row[i * (STEPS + 1) : (i + 1) * (STEPS + 1)]
        steps = [low - high for low, high in pairwise([*at_least, 0])]
        found[label] = Spread(steps, reached)
    return found
