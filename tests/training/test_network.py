"""The network to train, and what is served of it."""

import numpy as np

from moderation.scoring.labels import LABELS
from moderation.training.network import build_network, fold_projection
from moderation.training.targets import TARGETS
from tests.tiny_model import TINY


def test_what_is_served_are_the_six_scores_of_what_was_trained():
    dice = np.random.default_rng(1)
    network = build_network(TINY, 50, dice.normal(size=(50, 12)).astype(np.float32))
    own = network.get_layer("own")
    own.set_weights([dice.normal(size=(50, TINY.projection))])
    ids = np.array([[3, 4, 5, 49, 7], [9, 2, 1, 0, 0]], np.int32)
    trained = np.asarray(network(ids, training=False))
    served = np.asarray(fold_projection(network, TINY)(ids, training=False))
    assert trained.shape == (2, len(TARGETS))
    np.testing.assert_allclose(served, trained[:, : len(LABELS)], atol=1e-6)
