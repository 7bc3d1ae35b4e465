"""Score a text and say what would become of it, without keeping it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from moderation.comments.reasons import in_plain_words
from moderation.policy.decide import Decision, decide
from moderation.policy.versions import current_policy
from moderation.scoring.scorer import Scorer, Scores

# (what it is, the text): a look at each kind of answer without having to think of something.
EXAMPLES = (
    ("A kind word", "Lovely photos, thank you so much for sharing them with us!"),
    ("Strong disagreement", "I think this plan is wrong from start to finish, and here is why."),
    ("An insult", "You are an idiot, and everything you write here is stupid."),
    ("A disguised insult", "y0u are such an 1d10t, what a st u p i d thing to say"),
    ("A threat", "Say that again and I will find you and hurt you."),
)


@dataclass(frozen=True)
class Trial:
    """What the model and the present policy make of a text; no scores: it could not be read."""

    scores: Scores | None
    decision: Decision | None
    thresholds: Mapping[str, float]
    policy_version: int
    model_version: str

    @property
    def crossed(self) -> list[str]:
        """The classes over their review threshold, worst first."""
        return [crossing.label for crossing in self.decision.crossed] if self.decision else []

    @property
    def may_be(self) -> str:
        """The same in plain words."""
        return in_plain_words(self.crossed)


def try_text(text: str, scorer: Scorer) -> Trial:
    """Score `text` under the present policy. Raises what the scorer raises."""
    [scores] = scorer.score([text])
    policy = current_policy()
    return Trial(
        scores=scores,
        decision=decide(scores, policy) if scores is not None else None,
        thresholds={label: limit.review for label, limit in policy.thresholds.items()},
        policy_version=policy.version,
        model_version=scorer.version,
    )
