"""all-MiniLM-L6-v2 as a network to fine-tune: a teacher that reads sentences, too slow to serve.

The layers are BERT's (Devlin and others, 2019), as the weights' own `config.json` describes them;
Wang and others, "MiniLM", 2020, made the weights, and sentence-transformers taught them sentences.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers, ops

from moderation.scoring.artefact import NETWORK_INPUT, NETWORK_OUTPUT
from moderation.text.tokens import PADDING_ID
from moderation.training.states import STATE
from moderation.training.vectors import open_minilm

Array = npt.NDArray[np.float32]
Weights = Mapping[str, Array]

HEADS = 12
DROPOUT = 0.1
EPSILON = 1e-12
"""of the layer normalisation"""
FAR = 1e4
"""taken off the likeness of padding, which nobody looks at then, in 16 bits as in 32"""


@keras.saving.register_keras_serializable("evenkeel")
class Places(layers.Layer):
    """Adds to each word the vector of its place in the text."""

    def __init__(self, longest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._longest = longest

    def build(self, shape: tuple[int | None, ...]) -> None:
        """Make the vectors (longest, width)."""
        self.vectors = self.add_weight(shape=(self._longest, shape[-1]), name="vectors")

    def call(self, inputs: Any) -> Any:
        """Add to (batch, length, width)."""
        return inputs + ops.cast(self.vectors[: ops.shape(inputs)[1]], inputs.dtype)

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Say that the shape stays: JAX cannot find out for a length that is not known yet."""
        return shape


def build_minilm(folder: Path | None, tokens: list[str], outputs: int) -> keras.Model:
    """Build MiniLM with its weights, and a layer of `outputs` probabilities that knows nothing yet.

    It takes ids (batch, length; 0 is padding) of `tokens`, which are pieces of its own. Raises
    VectorsError if the folder does not hold its files.
    """
    pieces, weights = open_minilm(folder)
    table = weights["embeddings.word_embeddings.weight"][[pieces[token] for token in tokens]]
    table = table + weights["embeddings.token_type_embeddings.weight"][0]
    places = weights["embeddings.position_embeddings.weight"]
    ids = keras.Input((None,), dtype="int32", name=NETWORK_INPUT)
    # Words are left as they are: to move ten million numbers for each batch costs more than it
    # gives. Values are dropped at the end alone: to draw what to drop takes a processor too long.
    words = layers.Embedding(*table.shape, weights=[table], trainable=False)(ids)
    # Handed on by hand: Keras's own mask gets lost on its way through attention and addition.
    real = ops.not_equal(ids, PADDING_ID)
    add_places = Places(len(places))
    states = _normalise(add_places(words), weights, "embeddings.LayerNorm")
    add_places.set_weights([places])
    number = 0
    while f"encoder.layer.{number}.output.dense.weight" in weights:
        states = _transform(states, real, weights, f"encoder.layer.{number}")
        number += 1
    pooled = layers.GlobalAveragePooling1D(name=STATE)(states, mask=real)
    # In full precision, whatever the layers below count in: rare classes have tiny probabilities.
    answer = layers.Dense(outputs, activation="sigmoid", dtype="float32", name=NETWORK_OUTPUT)
    return keras.Model(ids, answer(layers.Dropout(DROPOUT)(pooled)))


def _transform(states: Any, real: Any, weights: Weights, name: str) -> Any:
    """One layer: attention, then two dense ones, each with what came in added and normalised."""
    seen = _apply(
        _attend(states, real, weights, f"{name}.attention.self"),
        weights, f"{name}.attention.output.dense",
    )  # fmt: skip
    states = _normalise(states + seen, weights, f"{name}.attention.output.LayerNorm")
    inner = _apply(states, weights, f"{name}.intermediate.dense", "gelu")
    inner = _apply(inner, weights, f"{name}.output.dense")
    return _normalise(states + inner, weights, f"{name}.output.LayerNorm")


def _attend(states: Any, real: Any, weights: Weights, name: str) -> Any:
    """Mix each word with the real words that its heads look at.

    Written out: Keras's own layer takes, by what it is asked for, one of several ways, and on a
    processor the fastest of them is half as fast.
    """
    width = states.shape[-1]
    queries, keys, values = (
        ops.transpose(
            layers.Reshape((-1, HEADS, width // HEADS))(_apply(states, weights, f"{name}.{part}")),
            (0, 2, 1, 3),
        )
        for part in ("query", "key", "value")
    )
    likeness = ops.matmul(queries, ops.transpose(keys, (0, 1, 3, 2))) / math.sqrt(width // HEADS)
    hidden = ops.cast(ops.logical_not(real), likeness.dtype)[:, None, None, :]
    mixed = ops.matmul(ops.softmax(likeness - FAR * hidden), values)
    return layers.Reshape((-1, width))(ops.transpose(mixed, (0, 2, 1, 3)))


def _apply(states: Any, weights: Weights, name: str, activation: str | None = None) -> Any:
    kernel, bias = _dense(weights, name)
    layer = layers.Dense(len(bias), activation=activation)
    applied = layer(states)
    layer.set_weights([kernel, bias])
    return applied


def _normalise(states: Any, weights: Weights, name: str) -> Any:
    layer = layers.LayerNormalization(epsilon=EPSILON)
    normalised = layer(states)
    layer.set_weights([weights[f"{name}.weight"], weights[f"{name}.bias"]])
    return normalised


def _dense(weights: Weights, name: str) -> tuple[Array, Array]:
    """Kernel and bias as Keras has them: (in, out), where PyTorch keeps (out, in)."""
    return weights[f"{name}.weight"].T, weights[f"{name}.bias"]
