"""The network to train, and what is served of it."""

import numpy as np
import pytest

from moderation.scoring.artefact import NETWORK_OUTPUT
from moderation.scoring.labels import LABELS
from moderation.training.bag_of_words import Bag
from moderation.training.network import build_network, serving_network
from moderation.training.targets import TARGETS
from tests.tiny_model import TINY

IDS = np.array([[3, 4, 5, 4, 7], [9, 2, 1, 0, 0]], np.int32)


def logit(scores):
    return np.log(scores / (1 - scores))


@pytest.fixture
def trained():
    dice = np.random.default_rng(1)
    network = build_network(TINY, 50, dice.normal(size=(50, 12)).astype(np.float32))
    network.get_layer("own").set_weights([dice.normal(size=(50, TINY.projection))])
    return network


@pytest.fixture
def bag():
    dice = np.random.default_rng(2)
    return Bag(
        dice.normal(size=(50, len(LABELS))).astype(np.float32),
        dice.uniform(1, 9, 50).astype(np.float32),
        dice.normal(size=len(LABELS)).astype(np.float32),
    )


def test_what_is_served_is_what_was_trained_and_of_each_logit_a_share_is_the_bags(trained, bag):
    deep = np.asarray(trained(IDS, training=False))
    served = np.asarray(serving_network(trained, TINY, bag)(IDS, training=False))
    assert deep.shape == (2, len(TARGETS))
    for row, tokens in enumerate(([3, 4, 5, 7], [9, 2, 1])):  # 4 stands there twice
        said = bag.rarity[tokens] @ bag.weights[tokens] / np.linalg.norm(bag.rarity[tokens])
        wide = said + bag.bias
        expected = (1 - TINY.bag) * logit(deep[row, : len(LABELS)]) + TINY.bag * wide
        np.testing.assert_allclose(logit(served[row]), expected, atol=1e-4)


def test_a_network_of_learned_vectors_is_served_as_well(bag):
    trained = build_network(TINY, 50)
    served = serving_network(trained, TINY, bag)
    (table,) = trained.get_layer("words").get_weights()
    np.testing.assert_array_equal(served.get_layer("words").get_weights()[0], table)


def test_its_last_layer_is_the_calibration(trained, bag):
    served = serving_network(trained, TINY, bag)
    before = np.asarray(served(IDS, training=False))
    low, high, shift = np.full(6, 0.5), np.full(6, 2.0), np.full(6, -1.0)
    served.get_layer(NETWORK_OUTPUT).set_weights([low, high, shift])
    after = np.asarray(served(IDS, training=False))
    expected = 0.5 * np.log(before) - 2 * np.log(1 - before) - 1
    np.testing.assert_allclose(logit(after), expected, atol=1e-4)
