"""The layers that Keras lacks."""

from typing import Any

import keras
from keras import layers, ops

from moderation.scoring.labels import LABELS
from moderation.text.tokens import PADDING_ID


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


@keras.saving.register_keras_serializable("evenkeel")
class BagOfWords(layers.Layer):
    """What the tokens of a text say by themselves, in any order: a linear model of tf-idf.

    Each token counts once, however often it stands there. The table holds, per token, its weight
    for each label times its inverse document frequency, and that frequency squared, whose sum is
    the square of the length that a text's vector is scaled by.
    """

    def __init__(self, vocabulary_size: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size

    def build(self, _: Any) -> None:
        """Make room for what `bag_of_words.learn` finds."""
        shape = (self.vocabulary_size, len(LABELS) + 1)
        self.table = self.add_weight(shape, "zeros", name="table")
        self.bias = self.add_weight((len(LABELS),), "zeros", name="bias")

    def call(self, ids: Any) -> Any:
        """Turn ids (batch, length) into logits (batch, 6)."""
        same = ops.cast(ops.expand_dims(ids, 1) == ops.expand_dims(ids, 2), self.compute_dtype)
        real = ops.cast(ids != PADDING_ID, self.compute_dtype)
        once = real / ops.sum(same, axis=-1)  # of a token that stands there n times, an nth each
        total = ops.sum(ops.take(self.table, ids, axis=0) * ops.expand_dims(once, -1), axis=1)
        length = ops.sqrt(ops.maximum(total[:, -1:], keras.config.epsilon()))
        return total[:, :-1] / length + self.bias

    def get_config(self) -> dict[str, Any]:
        """What the layer is made again from."""
        return {**super().get_config(), "vocabulary_size": self.vocabulary_size}


@keras.saving.register_keras_serializable("evenkeel")
class BetaCalibration(layers.Layer):
    """Logits to calibrated probabilities: `calibrate.Calibration`, which says how, as a layer."""

    def build(self, _: Any) -> None:
        """Begin with the calibration that changes nothing."""
        for name, start in (("low", "ones"), ("high", "ones"), ("shift", "zeros")):
            setattr(self, name, self.add_weight((len(LABELS),), start, name=name))

    def call(self, logits: Any) -> Any:
        """Turn logits (batch, 6) into probabilities (batch, 6)."""
        low, high = -ops.softplus(-logits), ops.softplus(logits)
        return ops.sigmoid(self.low * low + self.high * high + self.shift)
