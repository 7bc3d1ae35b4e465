"""A scorer whose answers are known, for tests of everything but the model."""

from __future__ import annotations

from collections.abc import Sequence

from moderation.scoring.labels import LABELS
from moderation.scoring.scorer import ScorerUnavailable, Scores

KNOWN = {
    "idiot": {"toxic": 0.96, "insult": 0.94},
    "damn": {"toxic": 0.75, "obscene": 0.9},
    "kill you": {"toxic": 0.97, "severe_toxic": 0.6, "threat": 0.93},
    "dolt": {"toxic": 0.6, "insult": 0.6},
    "filthy foreigners": {"toxic": 0.9, "insult": 0.7, "identity_hate": 0.92},
}


class FixedScorer:
    """0.02 for every class, more where a word of KNOWN stands; None for 'xyzzy'.

    `down` makes every call raise; `chokes_on` makes texts that hold it raise.
    """

    version = "fixed.1"

    def __init__(self) -> None:
        self.down = False
        self.chokes_on: str | None = None
        self.calls = 0

    def score(self, texts: Sequence[str]) -> list[Scores | None]:
        self.calls += 1
        if self.down:
            raise ScorerUnavailable("down")
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Scores | None:
        if self.chokes_on and self.chokes_on in text:
            raise RuntimeError(f"choked on {text}")
        if "xyzzy" in text:
            return None
        scores = dict.fromkeys(LABELS, 0.02)
        for words, given in KNOWN.items():
            if words in text.lower():
                scores |= {label: max(scores[label], value) for label, value in given.items()}
        return scores
