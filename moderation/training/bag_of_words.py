"""A linear model of which tokens a comment holds, to stand beside the LSTMs.

The LSTMs read sentences and forget rare words; this one is all words. tf-idf and a logistic
regression, as in the linear teacher, but of the tokens that the network reads, so that both are one
network (layers.BagOfWords).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfTransformer

from moderation.scoring.labels import LABELS
from moderation.training.dataset import Rows
from moderation.training.linear_teacher import logistic_regression
from moderation.training.sequences import Sequences

FORMS = ("raw", "lower", "exchanged", "sentence")
"""Comments, and what evens them out; words of articles blur what words of comments say."""

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Bag:
    """Weights (tokens, 6), each token's inverse document frequency (tokens,) and a bias (6,)."""

    weights: Array
    rarity: Array
    bias: Array


def learn_bag(rows: Rows, sequences: Sequences, vocabulary_size: int, seed: int) -> Bag:
    """Learn from the labels of the rows, whose tokens `sequences` are.

    A class with one kind of label alone gets weights of nothing.
    """
    texts = np.repeat(np.arange(len(sequences)), sequences.lengths)
    tokens = csr_array(
        (np.ones(len(texts), np.float32), (texts, sequences.ids)),
        shape=(len(sequences), vocabulary_size),
    )
    tokens.data[:] = 1  # once, however often it stands there
    rarity = TfidfTransformer().fit(tokens)
    features = rarity.transform(tokens)
    weights = np.zeros((vocabulary_size, len(LABELS)), np.float32)
    bias = np.zeros(len(LABELS), np.float32)
    for column in range(len(LABELS)):
        labels = rows.labels[:, column]
        known = np.flatnonzero(~np.isnan(labels) & (sequences.lengths > 0))
        if len(np.unique(labels[known])) == 2:
            learner = logistic_regression(seed).fit(features[known], labels[known])
            weights[:, column], bias[column] = learner.coef_[0], learner.intercept_[0]
    return Bag(weights, rarity.idf_.astype(np.float32), bias)
