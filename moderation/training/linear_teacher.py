"""A teacher that knows rare spellings: n-grams of words and letters, and a logistic regression.

Slow to serve and large, so it is no model to ship, but it sees what word pieces tear apart.
"""

from typing import Any

import numpy as np
from rich.progress import Progress
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

from moderation.scoring.labels import LABELS
from moderation.text.clean import clean
from moderation.training.config import TrainingConfig
from moderation.training.dataset import Floats
from moderation.training.folds import FOLDS, Mask, learned_from, of_unlabelled, out_of_fold
from moderation.training.table import Table
from moderation.training.terminal import console

LONGEST = 1500
"""characters; the rest of a longer comment adds little and costs much"""


def teach(table: Table, config: TrainingConfig, unlabelled: bool = False) -> Floats:
    """Return the teacher's logits (rows, 6) for every row of the table, out of fold.

    Or for rows that are `unlabelled` alone, and then all others are learned from. NaN for a class
    that not all of them could learn, and for rows of another place, whose words these n-grams do
    not know.
    """
    with Progress(console=console) as progress:
        reading = progress.add_task("Reading", total=None)
        features = _features(
            [clean(text)[:LONGEST] for text in table.rows.texts], learned_from(table, config)
        )
        progress.update(reading, total=1, completed=1)
        task = progress.add_task("Learning", total=len(LABELS) * (1 if unlabelled else FOLDS))

        def learn(rows: Mask, _: Mask) -> Floats:
            logits = np.empty((len(rows), len(LABELS)))
            for column in range(len(LABELS)):
                labels = table.rows.labels[:, column]
                logits[:, column] = _fit(features, labels, rows & ~np.isnan(labels), config.seed)
                progress.advance(task)
            return logits

        return (of_unlabelled if unlabelled else out_of_fold)(table, config, learn)


def _features(texts: list[str], learned: Mask) -> Any:
    words = TfidfVectorizer(
        tokenizer=str.split, token_pattern=None, ngram_range=(1, 2), min_df=4,
        max_features=120_000, sublinear_tf=True, dtype=np.float32,
    )  # fmt: skip
    letters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), min_df=6,
        max_features=150_000, sublinear_tf=True, dtype=np.float32,
    )  # fmt: skip
    both = FeatureUnion([("words", words), ("letters", letters)])
    both.fit([texts[row] for row in np.flatnonzero(learned)])
    return both.transform(texts)


def _fit(features: Any, labels: Floats, known: Mask, seed: int) -> Floats:
    rows = np.flatnonzero(known)
    if len(np.unique(labels[rows])) < 2:
        return np.full(features.shape[0], np.nan)
    learner = logistic_regression(seed).fit(features[rows], labels[rows])
    return np.asarray(features @ learner.coef_[0] + learner.intercept_[0])


def logistic_regression(seed: int) -> LogisticRegression:
    """Return a learner for many rows of sparse features of length one."""
    return LogisticRegression(
        solver="liblinear", dual=True, C=2.0, tol=0.02, max_iter=60, random_state=seed
    )
