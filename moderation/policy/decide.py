"""Decide what becomes of a scored comment. Pure: no database, no request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from moderation.scoring.labels import LABELS
from moderation.scoring.scorer import Scores


class PolicyError(ValueError):
    """Thresholds that cannot be a policy: which label, which part of it, and why."""

    def __init__(self, label: str, reason: str, part: str = "review") -> None:
        super().__init__(f"{label.replace('_', ' ')}: {reason}")
        self.label = label
        self.reason = reason
        self.part = part  # the field of Threshold that is wrong


@dataclass(frozen=True)
class Threshold:
    """From `review` on a comment is held, from `auto_reject` on (if set) it is rejected."""

    review: float
    auto_reject: float | None = None


@dataclass(frozen=True)
class Policy:
    """One version of the thresholds: all six labels, validated.

    Raises PolicyError unless every review threshold is within 0-1 and every auto-reject
    threshold is above its review threshold and not above 1.
    """

    version: int
    thresholds: Mapping[str, Threshold]

    def __post_init__(self) -> None:
        for label in LABELS:
            if label not in self.thresholds:
                raise PolicyError(label, "has no threshold")
            check(label, self.thresholds[label])


def check(label: str, limit: Threshold) -> None:
    """Raise PolicyError unless `limit` can be the threshold of `label` in a policy."""
    # Written so that NaN, which compares false with everything, is refused too.
    if not 0 < limit.review <= 1:
        raise PolicyError(label, "the review threshold must be above 0 and at most 1")
    if limit.auto_reject is not None and not limit.review < limit.auto_reject <= 1:
        raise PolicyError(
            label,
            f"the auto-reject threshold must be above the review threshold ({limit.review:g})"
            " and at most 1",
            part="auto_reject",
        )


class Action(StrEnum):
    """What a policy does with a comment."""

    PUBLISH = "publish"
    HOLD = "hold"
    REJECT = "reject"


@dataclass(frozen=True)
class Crossing:
    """A threshold that a score reached."""

    label: str
    score: float
    threshold: float


@dataclass(frozen=True)
class Decision:
    """What to do, and the review thresholds that were crossed, worst first."""

    action: Action
    crossed: tuple[Crossing, ...]


def decide(scores: Scores, policy: Policy) -> Decision:
    """Apply `policy` to six `scores` within 0-1. A score at its threshold crosses it."""
    crossed = sorted(
        (
            Crossing(label, scores[label], policy.thresholds[label].review)
            for label in LABELS
            if scores[label] >= policy.thresholds[label].review
        ),
        key=lambda c: c.score - c.threshold,
        reverse=True,
    )
    if any(_rejects(policy.thresholds[label], scores[label]) for label in LABELS):
        return Decision(Action.REJECT, tuple(crossed))
    return Decision(Action.HOLD if crossed else Action.PUBLISH, tuple(crossed))


def _rejects(limit: Threshold, score: float) -> bool:
    return limit.auto_reject is not None and score >= limit.auto_reject
