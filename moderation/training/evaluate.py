"""Judge a model on labelled comments, the way it serves."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.progress import track

from moderation.scoring.labels import LABELS
from moderation.scoring.scorer import Scorer
from moderation.training.comments_csv import LabelledComments
from moderation.training.identity import calibration_per_term
from moderation.training.metrics import Floats, full_report
from moderation.training.terminal import console


def evaluate(scorer: Scorer, comments: LabelledComments) -> tuple[dict[str, Any], int]:
    """Return the figures and how many comments could not be read (they are left out of them)."""
    scores = score_texts(scorer, comments.texts, "Scoring")
    return figures_of(comments.texts, comments.labels, scores, comments.weights)


def figures_of(
    texts: Sequence[str], labels: Floats, scores: Floats, weights: Floats
) -> tuple[dict[str, Any], int]:
    """Return what `evaluate` does, from scores (rows, 6); NaN where a text cannot be read."""
    readable = ~np.isnan(scores[:, 0])
    labels, scores, weights = labels[readable], scores[readable], weights[readable]
    figures = full_report(labels, scores, weights)
    kept = [text for text, can_be_read in zip(texts, readable, strict=True) if can_be_read]
    figures["identity"] = calibration_per_term(kept, labels[:, 0], scores[:, 0], weights)
    return figures, int(np.sum(~readable))


def score_texts(scorer: Scorer, texts: Sequence[str], task: str) -> Floats:
    """Return scores (rows, 6), showing progress as `task`; NaN where a text cannot be read."""
    scores = np.full((len(texts), len(LABELS)), np.nan)
    for row, text in enumerate(track(texts, task, console=console)):
        (of_text,) = scorer.score([text])
        if of_text is not None:
            scores[row] = [of_text[label] for label in LABELS]
    return scores
