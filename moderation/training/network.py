"""The network: word vectors, a projection, bidirectional LSTMs, pooling, six probabilities."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers, ops

from moderation.scoring.artefact import NETWORK_INPUT, NETWORK_OUTPUT
from moderation.scoring.labels import LABELS
from moderation.training.config import TrainingConfig
from moderation.training.targets import TARGETS

Array = npt.NDArray[np.float32]


@keras.saving.register_keras_serializable("evenkeel")
class MaskedPooling(layers.Layer):
    """The maximum and the mean over the positions that are no padding.

    Keras's own pooling layers ignore or drop the mask, and padding would leak into the score.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Pool (batch, length, units) to (batch, 2 * units)."""
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        kept = ops.expand_dims(ops.cast(mask, inputs.dtype), -1)
        highest = ops.max(inputs * kept - (1.0 - kept) * 1e4, axis=1)
        mean = ops.sum(inputs * kept, axis=1) / ops.maximum(ops.sum(kept, axis=1), 1.0)
        return ops.concatenate([highest, mean], axis=-1)

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """Nothing is left to mask after pooling."""


def build_network(
    config: TrainingConfig,
    vocabulary_size: int,
    vectors: Array | None = None,
    outputs: int = len(TARGETS),
) -> keras.Model:
    """Build the network to train: ids (batch, length; 0 is padding) to what TARGETS lists.

    `vectors` (vocabulary_size, any width) are kept as they are, under a learned projection; what
    is particular to a word here is learned and added to it. Without `vectors` the word vectors
    themselves are learned.
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
    return keras.Model(ids, _read_sentence(words, config, outputs))


def fold_projection(network: keras.Model, config: TrainingConfig) -> keras.Model:
    """Return the network to serve: each word's projected vector is looked up, not computed.

    The six scores stay the same; what other schemes taught stays in the layers below. The table
    shrinks by the ratio of the widths.
    """
    names = [layer.name for layer in network.layers]
    if "projection" in names:
        (vectors,) = network.get_layer("vectors").get_weights()
        kernel, bias = network.get_layer("projection").get_weights()
        (own,) = network.get_layer("own").get_weights()
        table = vectors @ kernel + bias + own
    else:
        (table,) = network.get_layer("words").get_weights()
    folded = build_network(config, len(table), outputs=len(LABELS))
    for layer in folded.layers:
        if layer.name == "words":
            layer.set_weights([table])
        elif layer.weights:
            trained = network.get_layer(layer.name).get_weights()
            if layer.name == NETWORK_OUTPUT:
                trained = [weights[..., : len(LABELS)] for weights in trained]
            layer.set_weights(trained)
    return folded


def _read_sentence(words: Any, config: TrainingConfig, outputs: int) -> Any:
    states = words
    for number, units in enumerate(config.units, start=1):
        lstm = layers.LSTM(units, return_sequences=True, name=f"lstm_{number}")
        states = layers.Bidirectional(lstm, name=f"both_ways_{number}")(states)
    pooled = layers.Dropout(config.dropout)(MaskedPooling(name="pooling")(states))
    hidden = layers.Dense(config.hidden, activation="relu", name="hidden")(pooled)
    hidden = layers.Dropout(config.dropout)(hidden)
    return layers.Dense(outputs, activation="sigmoid", name=NETWORK_OUTPUT)(hidden)
