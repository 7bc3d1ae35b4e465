"""A scorer whose work is counted."""

from __future__ import annotations

import time
from collections.abc import Sequence

from moderation import metrics
from moderation.scoring.scorer import Scorer, Scores


class Counted:
    """Runs another scorer, and counts what it scored and how long that took."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer

    @property
    def version(self) -> str:
        """The version of the scorer inside."""
        return self._scorer.version

    def score(self, texts: Sequence[str]) -> list[Scores | None]:
        """Score as the scorer inside does; what it raises is counted and goes on."""
        began = time.perf_counter()
        try:
            scores = self._scorer.score(texts)
        except Exception:
            metrics.count(metrics.scored_texts, "failed", amount=len(texts))
            metrics.observe(metrics.scoring_seconds, time.perf_counter() - began, "failed")
            raise
        unreadable = scores.count(None)
        metrics.count(metrics.scored_texts, "unreadable", amount=unreadable)
        metrics.count(metrics.scored_texts, "scored", amount=len(texts) - unreadable)
        metrics.observe(metrics.scoring_seconds, time.perf_counter() - began, "scored")
        return scores
