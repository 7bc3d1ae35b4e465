"""Versions that are trained already as teachers of the next, of what has no labels.

Xie and others, "Self-training with noisy student improves ImageNet classification", 2020. What has
labels they have learned by heart; of that the teachers say more who answer out of fold.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from moderation.scoring.artefact import load_artefact
from moderation.scoring.labels import LABELS
from moderation.scoring.onnx_scorer import score_ids
from moderation.training.calibrate import logit
from moderation.training.dataset import Floats
from moderation.training.folds import UNLABELLED
from moderation.training.sequences import make_sequences
from moderation.training.table import Table


def teach(table: Table, versions: Sequence[Path], cache: Path | None) -> Floats:
    """Return the mean logits (rows, 6) of the versions in these folders; NaN for rows with labels.

    And for what one of them cannot read. Raises ArtefactError.
    """
    asked = np.flatnonzero(np.isin(table.rows.forms, UNLABELLED))
    texts = [table.rows.texts[row] for row in asked]
    logits = np.full((len(table.rows.texts), len(LABELS)), np.nan)
    logits[asked] = np.mean([_answer(version, texts, cache) for version in versions], axis=0)
    return logits


def _answer(version: Path, texts: Sequence[str], cache: Path | None) -> Floats:
    artefact = load_artefact(version)
    sequences = make_sequences(texts, artefact.tokeniser, cache)
    readable = np.flatnonzero(sequences.lengths)
    answers = np.full((len(texts), len(LABELS)), np.nan)
    answers[readable] = logit(
        score_ids(artefact.network, [sequences[row].tolist() for row in readable])
    )
    return answers
