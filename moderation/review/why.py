"""Why a comment stands where it stands, by the scores and the policy that judged it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from moderation.comments.author_rules import rule_in_force
from moderation.comments.submit import MAX_TRIES
from moderation.comments.tables import Comment, HoldReason, RuleKind, Status
from moderation.policy.decide import Action, Crossing, Policy, decide
from moderation.policy.versions import policy_of
from moderation.scoring.labels import LABELS

WITHOUT_SCORES: Mapping[HoldReason, str] = {
    HoldReason.UNSCORED: (
        "Held because it has no scores yet: the scorer was away or is still at work."
        " It is scored as soon as the scorer answers. You need not wait for it."
    ),
    HoldReason.UNREADABLE: (
        "Held because the model knows nothing in this text, such as another script or only"
        " symbols. No scores will come: it waits for a person."
    ),
    HoldReason.LANGUAGE: (
        "Held for its unsupported language: the model learned English only, and its scores for"
        " another language would be guesses. No scores will come: it waits for a person."
    ),
    HoldReason.QUARANTINED: (
        f"Held because scoring it failed {MAX_TRIES} times. It is not tried again:"
        " it waits for a person."
    ),
    HoldReason.ESCALATED: "It has no scores: a moderator left it to an admin as it was.",
}
OUTCOMES = {
    Action.HOLD: (Status.HELD, "Held because", "It was held because"),
    Action.REJECT: (
        Status.REJECTED,
        "Rejected by the policy because",
        "The policy rejected it because",
    ),
}


@dataclass(frozen=True)
class Why:
    """A sentence: `lead`, then each of `crossed` in words. Nothing crossed: `lead` says it all.

    `policy` is the one that judged the comment, None if none did.
    """

    lead: str
    crossed: tuple[Crossing, ...] = ()
    policy: Policy | None = None

    @property
    def thresholds(self) -> Mapping[str, float]:
        """The review thresholds of that policy."""
        if self.policy is None:
            return {}
        return {label: limit.review for label, limit in self.policy.thresholds.items()}

    @property
    def over(self) -> frozenset[str]:
        """The classes over their threshold."""
        return frozenset(crossing.label for crossing in self.crossed)


def why(comment: Comment) -> Why:
    """Explain where `comment` stands by what judged it then, not by today's policy."""
    if comment.scores is None or comment.policy_version is None:
        if comment.hold_reason is None:
            return Why("It was decided without scores.")
        return Why(WITHOUT_SCORES[HoldReason(comment.hold_reason)])
    policy = policy_of(comment.policy_version)
    decision = decide(comment.scores, policy)
    if comment.hold_reason == HoldReason.AUTHOR:
        return Why(_by_rule(comment), policy=policy)
    if decision.action is Action.PUBLISH:
        return Why("No score is over its threshold.", policy=policy)
    outcome, now, then = OUTCOMES[decision.action]
    crossed = decision.crossed
    if decision.action is Action.REJECT:
        crossed = _auto_rejecting(comment, policy)
    return Why(now if comment.status == outcome else then, crossed, policy)


def _by_rule(comment: Comment) -> str:
    """The rule about its author that holds it, with its reason and its end."""
    held = "Held because a rule asks to see everything by this author first"
    rule = rule_in_force(comment.author_key, RuleKind.REVIEW)
    if rule is None:
        return f"{held}. The rule has ended since; no score is over its threshold."
    return f"{held}, until {rule.until:%Y-%m-%d}: “{rule.reason}” No score is over its threshold."


def _auto_rejecting(comment: Comment, policy: Policy) -> tuple[Crossing, ...]:
    scores = comment.scores or {}
    limits = ((label, policy.thresholds[label].auto_reject) for label in LABELS)
    return tuple(
        Crossing(label, scores[label], limit)
        for label, limit in limits
        if limit is not None and scores[label] >= limit
    )
