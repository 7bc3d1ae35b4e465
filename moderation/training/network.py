"""The network: word vectors, a projection, bidirectional LSTMs, pooling, six probabilities."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers

from moderation.scoring.artefact import NETWORK_INPUT, NETWORK_OUTPUT
from moderation.scoring.labels import LABELS
from moderation.training.bag_of_words import Bag
from moderation.training.config import TrainingConfig
from moderation.training.layers import BagOfWords, BetaCalibration, MaskedPooling
from moderation.training.targets import TARGETS

Array = npt.NDArray[np.float32]


def build_network(
    config: TrainingConfig,
    vocabulary_size: int,
    vectors: Array | None = None,
    outputs: int = len(TARGETS),
    states: int = 0,
) -> keras.Model:
    """Build the network to train: ids (batch, length; 0 is padding) to what TARGETS lists.

    `vectors` (vocabulary_size, any width) are kept as they are, under a learned projection; what
    is particular to a word here is learned and added to it. Without `vectors` the word vectors
    themselves are learned. After the `outputs` come so many numbers of a teacher's `states`.
    """
    ids = keras.Input((None,), dtype="int32", name=NETWORK_INPUT)
    width = config.projection
    if vectors is None:
        words = layers.Embedding(vocabulary_size, width, mask_zero=True, name="words")(ids)
    else:
        frozen = layers.Embedding(
            vocabulary_size, vectors.shape[1], mask_zero=True, trainable=False,
            weights=[vectors], name="vectors",
        )(ids)  # fmt: skip
        own = layers.Embedding(
            vocabulary_size, width, mask_zero=True, embeddings_initializer="zeros", name="own"
        )(ids)
        words = layers.Add()([layers.Dense(width, name="projection")(frozen), own])
    words = layers.SpatialDropout1D(config.word_dropout)(words)
    logits = _read_sentence(words, config, outputs)
    network = keras.Model(ids, layers.Activation("sigmoid", name=NETWORK_OUTPUT)(logits))
    if not states:
        return network
    state = layers.Dense(states, name="state")(network.get_layer("pooling").output)
    return keras.Model(ids, layers.Concatenate()([network.output, state]))


def serving_network(trained: keras.Model, config: TrainingConfig, bag: Bag) -> keras.Model:
    """Return the network to serve, not yet calibrated: ids (batch, length) to scores (batch, 6).

    Each word's projected vector is looked up, not computed: the table shrinks by the ratio of the
    widths. What other schemes taught stays in the layers below. Of each logit `config.bag` comes
    from the bag of words (wide beside deep: Cheng and others, "Wide & deep learning for recommender
    systems", 2016).
    """
    table = _table_of_words(trained)
    ids = keras.Input((None,), dtype="int32", name=NETWORK_INPUT)
    words = layers.Embedding(len(table), config.projection, mask_zero=True, name="words")(ids)
    deep = _read_sentence(words, config, len(LABELS))
    wide = BagOfWords(len(table), name="bag")(ids)
    blend = layers.Add(name="blend")([deep, wide])
    served = keras.Model(ids, BetaCalibration(name=NETWORK_OUTPUT)(blend))
    for layer in served.layers:
        if isinstance(layer, layers.Bidirectional | layers.Dense):
            learned = trained.get_layer(layer.name).get_weights()
            if layer.name == "logits":
                learned = [(1 - config.bag) * each[..., : len(LABELS)] for each in learned]
            layer.set_weights(learned)
    served.get_layer("words").set_weights([table])
    weights = config.bag * bag.weights * bag.rarity[:, None]
    served.get_layer("bag").set_weights(
        [np.column_stack([weights, bag.rarity**2]), config.bag * bag.bias]
    )
    return served


def _table_of_words(trained: keras.Model) -> Array:
    """Each word's vector (tokens, width) as the first LSTM reads it."""
    if "projection" not in [layer.name for layer in trained.layers]:
        (table,) = trained.get_layer("words").get_weights()
        return np.asarray(table)
    (vectors,) = trained.get_layer("vectors").get_weights()
    kernel, bias = trained.get_layer("projection").get_weights()
    (own,) = trained.get_layer("own").get_weights()
    return np.asarray(vectors @ kernel + bias + own)


def _read_sentence(words: Any, config: TrainingConfig, outputs: int) -> Any:
    states = words
    for number, units in enumerate(config.units, start=1):
        lstm = layers.LSTM(units, return_sequences=True, name=f"lstm_{number}")
        states = layers.Bidirectional(lstm, name=f"both_ways_{number}")(states)
    pooled = layers.Dropout(config.dropout)(MaskedPooling(name="pooling")(states))
    hidden = layers.Dense(config.hidden, activation="relu", name="hidden")(pooled)
    hidden = layers.Dropout(config.dropout)(hidden)
    return layers.Dense(outputs, name="logits")(hidden)
