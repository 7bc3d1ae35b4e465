"""The linear model beside the LSTMs."""

import numpy as np

from moderation.scoring.labels import LABELS
from moderation.training.bag_of_words import learn_bag
from moderation.training.dataset import Rows
from moderation.training.sequences import from_lists

GOOD, BAD, OFTEN, NEVER = 1, 2, 3, 4


def learned(toxic, lists):
    labels = np.full((len(lists), len(LABELS)), np.nan, np.float32)
    labels[:, 0] = toxic
    labels[:, 1] = np.where(np.isnan(labels[:, 0]), np.nan, 0)
    rows = Rows(["a comment"] * len(lists), labels, ["raw"] * len(lists))
    return learn_bag(rows, from_lists(lists), 5, seed=1)


def test_it_learns_which_tokens_speak_for_a_class_and_how_rare_they_are():
    bag = learned([1, 0] * 50, [[OFTEN, BAD], [OFTEN, GOOD]] * 50)
    assert bag.weights[BAD, 0] > 1
    assert bag.weights[GOOD, 0] < -1
    assert abs(bag.weights[OFTEN, 0]) < 0.5
    assert bag.rarity[NEVER] > bag.rarity[BAD] > bag.rarity[OFTEN] == 1


def test_a_token_counts_once_however_often_it_stands_there():
    once, often = (
        learned([1, 0] * 50, [[OFTEN, *[BAD] * times], [OFTEN, GOOD]] * 50) for times in (1, 7)
    )
    np.testing.assert_array_equal(once.weights, often.weights)


def test_a_text_without_tokens_teaches_as_little_as_one_whose_label_is_unknown():
    rows = [[OFTEN, BAD], [OFTEN, GOOD]] * 50 + [[]] * 20
    labelled = learned([1, 0] * 50 + [1] * 20, rows)
    unknown = learned([1, 0] * 50 + [np.nan] * 20, rows)
    np.testing.assert_array_equal(labelled.weights, unknown.weights)
    np.testing.assert_array_equal(labelled.bias, unknown.bias)


def test_a_class_with_one_kind_of_label_gets_weights_of_nothing():
    bag = learned([1, 0] * 50, [[OFTEN, BAD], [OFTEN, GOOD]] * 50)
    assert not bag.weights[:, 1:].any()
    assert not bag.bias[1:].any()
