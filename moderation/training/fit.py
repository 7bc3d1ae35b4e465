"""Fit the network: length-sorted batches, a loss that skips unknown labels, the best epoch kept."""

import hashlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import ops
from rich.progress import Progress

from moderation.scoring.batches import Ids, pad, score_windows
from moderation.scoring.labels import LABELS
from moderation.training.config import TrainingConfig
from moderation.training.kept import Kept
from moderation.training.metrics import report
from moderation.training.sequences import Sequences
from moderation.training.targets import TARGETS
from moderation.training.terminal import console

Floats = npt.NDArray[np.floating[Any]]
Loss = Callable[[Any, Any], Any]

WARM_UP = 200
"""steps until the learning rate is at its full height"""

# JAX, which drives GPUs well, compiles each shape that it meets, and that takes long: for it,
# batches are padded to few lengths. Padding changes no score. The others take any length.
COMPILES_SHAPES = keras.backend.backend() == "jax"
LENGTHS = 64 if COMPILES_SHAPES else 1


def masked_loss(wanted: Any, predicted: Any) -> Any:
    """Return the mean binary cross-entropy over the labels that are known (not NaN)."""
    known = ops.logical_not(ops.isnan(wanted))
    entropy = ops.binary_crossentropy(ops.where(known, wanted, 0.0), predicted)
    kept = ops.cast(known, entropy.dtype)
    return ops.sum(entropy * kept) / ops.maximum(ops.sum(kept), 1.0)


def loss_with_states(share: float) -> Loss:
    """Return a loss of what TARGETS lists and, after it, of a teacher's states, if there are any.

    It is the masked loss of the first, and `share` times the mean squared difference from those
    numbers of states that are known (not NaN).
    """
    labels = len(TARGETS)

    def loss(wanted: Any, predicted: Any) -> Any:
        states = wanted[:, labels:]
        known = ops.logical_not(ops.isnan(states))
        squares = ops.square(ops.where(known, states, 0.0) - predicted[:, labels:])
        kept = ops.cast(known, squares.dtype)
        apart = ops.sum(squares * kept) / ops.maximum(ops.sum(kept), 1.0)
        return masked_loss(wanted[:, :labels], predicted[:, :labels]) + share * apart

    return loss


def fit(
    network: keras.Model,
    sequences: Sequences,
    labels: Floats,
    judge: Callable[[keras.Model], dict[str, Any]],
    config: TrainingConfig,
    kept_in: Path | None = None,
    loss: Loss = masked_loss,
) -> list[dict[str, float]]:
    """Train `network` in place and leave it with the weights of its best epoch.

    `labels` are (rows, outputs) in 0-1, NaN where unknown; `judge` returns the validation report.
    Returns the loss and the validation AUC of each epoch. A run that was cut off, or given again,
    goes on after the last epoch that it kept in the folder `kept_in`.
    """
    readable = np.flatnonzero(sequences.lengths)
    texts = [head_and_tail(sequences[i], config) for i in readable]
    targets = labels[readable]
    steps = math.ceil(len(texts) / config.batch)
    optimizer = _optimizer(steps * config.epochs, config.learning_rate)
    network.compile(optimizer, loss, jit_compile=COMPILES_SHAPES)
    optimizer.build(network.trainable_variables)
    kept = Kept(kept_in, network, optimizer, _run_key(texts, targets, config))
    history, best = kept.history, kept.best
    with Progress(console=console) as progress:
        for epoch in range(len(history) + 1, config.epochs + 1):
            task = progress.add_task(f"Epoch {epoch}/{config.epochs}", total=steps)
            random = np.random.default_rng([config.seed, epoch])
            losses = []
            for ids, wanted in batches(texts, targets, config.batch, random):
                losses.append(network.train_on_batch(ids, wanted))
                progress.advance(task)
            mean, auc = float(np.mean(losses)), judge(network)["mean_auc"] or 0.0
            history.append({"loss": mean, "auc": auc})
            console.print(f"epoch {epoch}: loss {mean:.4f}, validation AUC {auc:.4f}")
            if auc == max(past["auc"] for past in history):
                best = network.get_weights()
            kept.save(history, best)
    network.set_weights(best)
    return history


def head_and_tail(ids: Ids, config: TrainingConfig) -> Ids:
    """Return the ids, or of too many the head and the tail: abuse often comes at the end."""
    if len(ids) <= config.tokens:
        return ids
    return np.concatenate([ids[: config.tokens - config.tail], ids[len(ids) - config.tail :]])


def batches(
    texts: list[Ids], labels: Floats, size: int, random: np.random.Generator
) -> Iterator[tuple[Ids, Floats]]:
    """Yield batches of texts of like length, so that little is padding, in random order.

    Lengths are blurred a little before sorting: the same comments do not always meet.
    """
    lengths = np.array([len(ids) for ids in texts])
    order = np.argsort(lengths * random.uniform(0.9, 1.1, len(texts)), kind="stable")
    starts = random.permutation(np.arange(0, len(texts), size))
    for start in starts:
        places = order[start : start + size]
        yield pad([texts[i] for i in places], LENGTHS), labels[places]


def predict(network: keras.Model, sequences: Sequences, batch: int = 256) -> Floats:
    """Return scores (rows, 6) as they are served, the highest over a text's windows.

    NaN stands for a text that cannot be read.
    """
    readable = np.flatnonzero(sequences.lengths)
    scores = np.full((len(sequences), len(LABELS)), np.nan)
    scores[readable] = score_windows(
        [sequences[row].tolist() for row in readable],
        lambda ids: network.predict_on_batch(pad(list(ids), LENGTHS)),
        batch,
    )
    return scores


def judge_on(
    sequences: Sequences, labels: Floats, weights: Floats, batch: int = 256
) -> Callable[[keras.Model], dict[str, Any]]:
    """Return a function that reports a network's figures on these rows, read `batch` at a time."""
    readable = sequences.lengths > 0

    def judge(network: keras.Model) -> dict[str, Any]:
        scores = predict(network, sequences, batch)
        return report(labels[readable], scores[readable], weights[readable])

    return judge


def _optimizer(steps: int, learning_rate: float) -> keras.optimizers.Optimizer:
    warm_up = min(WARM_UP, steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        learning_rate / 20, max(1, steps - warm_up), warmup_target=learning_rate,
        warmup_steps=warm_up, alpha=0.01,
    )  # fmt: skip
    return keras.optimizers.Adam(schedule, clipnorm=1.0)


def _run_key(texts: list[Ids], targets: Floats, config: TrainingConfig) -> str:
    digest = hashlib.sha256(repr(config).encode())
    digest.update(np.concatenate(texts).tobytes())
    digest.update(targets.tobytes())
    return digest.hexdigest()[:32]
