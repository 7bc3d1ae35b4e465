"""Judge a model on labelled comments, the way it serves."""

from typing import Any

import numpy as np
from rich.progress import track

from moderation.scoring.labels import LABELS
from moderation.scoring.scorer import Scorer
from moderation.training.comments_csv import LabelledComments
from moderation.training.metrics import report
from moderation.training.terminal import console


def evaluate(scorer: Scorer, comments: LabelledComments) -> tuple[dict[str, Any], int]:
    """Return the figures and how many comments could not be read (they are left out of them)."""
    scores = np.full(comments.labels.shape, np.nan)
    for row, text in enumerate(track(comments.texts, "Scoring", console=console)):
        (of_text,) = scorer.score([text])
        if of_text is not None:
            scores[row] = [of_text[label] for label in LABELS]
    readable = ~np.isnan(scores[:, 0])
    figures = report(comments.labels[readable], scores[readable], comments.weights[readable])
    return figures, int(np.sum(~readable))
