"""The two networks of the tutorial that this project sets out from, to compare ours with.

Both put word vectors through one LSTM and take the maximum over the words; the second has a
convolution between. Sizes are the customary ones of that family.
"""

from typing import Any

import keras
from keras import layers, ops

from moderation.scoring.artefact import NETWORK_INPUT, NETWORK_OUTPUT
from moderation.scoring.labels import LABELS
from moderation.text.tokens import PADDING_ID
from moderation.training.network import Array

WIDTH = 300
"""of a word's vector where it is learned: that of the usual fastText files"""


def build_lstm(vocabulary_size: int, vectors: Array | None = None) -> keras.Model:
    """Build the LSTM: ids (batch, length; 0 is padding) to six probabilities.

    `vectors` (vocabulary_size, width) stay as they are; without them they are learned.
    """
    ids, _, states = _read(vocabulary_size, vectors)
    # Past the end a masked LSTM repeats its last state, so padding adds nothing to the maximum.
    return keras.Model(ids, _classify(ops.max(states, axis=1)))


def build_lstm_cnn(vocabulary_size: int, vectors: Array | None = None) -> keras.Model:
    """Build the LSTM with a convolution over its states; else as `build_lstm`."""
    ids, real, states = _read(vocabulary_size, vectors)
    convolution = layers.Conv1D(64, kernel_size=3, padding="same", activation="relu")
    # Nothing is below 0, so what stands past the end adds nothing to the maximum as a 0.
    phrases = convolution(states * real) * real
    return keras.Model(ids, _classify(ops.max(phrases, axis=1)))


def _read(vocabulary_size: int, vectors: Array | None) -> tuple[Any, Any, Any]:
    """The input, 1 for each word and 0 for padding, and the LSTM's state at each word."""
    ids = keras.Input((None,), dtype="int32", name=NETWORK_INPUT)
    if vectors is None:
        words = layers.Embedding(vocabulary_size, WIDTH, mask_zero=True)
    else:
        words = layers.Embedding(
            vocabulary_size, vectors.shape[1], mask_zero=True, trainable=False, weights=[vectors]
        )
    real = ops.expand_dims(ops.cast(ops.not_equal(ids, PADDING_ID), "float32"), -1)
    return ids, real, layers.LSTM(60, return_sequences=True)(words(ids))


def _classify(pooled: Any) -> Any:
    hidden = layers.Dense(50, activation="relu")(layers.Dropout(0.1)(pooled))
    hidden = layers.Dropout(0.1)(hidden)
    return layers.Dense(len(LABELS), activation="sigmoid", name=NETWORK_OUTPUT)(hidden)
