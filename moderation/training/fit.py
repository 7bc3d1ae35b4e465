"""Fit the network: length-sorted batches, a loss that skips unknown labels, the best epoch kept."""

import hashlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from rich.progress import Progress

from moderation.scoring.labels import LABELS
from moderation.text.tokens import windows
from moderation.training.config import TrainingConfig
from moderation.training.kept import Kept
from moderation.training.metrics import report
from moderation.training.sequences import Ids, Sequences, pad
from moderation.training.terminal import console

Floats = npt.NDArray[np.floating[Any]]

WARM_UP = 200
"""steps until the learning rate is at its full height"""


def fit(
    network: keras.Model,
    sequences: Sequences,
    labels: Floats,
    judge: Callable[[keras.Model], dict[str, Any]],
    config: TrainingConfig,
    kept_in: Path | None = None,
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
    optimizer.build(network.trainable_variables)
    step = _training_step(network, optimizer)
    kept = Kept(kept_in, network, optimizer, _run_key(texts, targets, config))
    history, best = kept.history, kept.best
    with Progress(console=console) as progress:
        for epoch in range(len(history) + 1, config.epochs + 1):
            task = progress.add_task(f"Epoch {epoch}/{config.epochs}", total=steps)
            random = np.random.default_rng([config.seed, epoch])
            losses = []
            for ids, wanted in batches(texts, targets, config.batch, random):
                losses.append(float(step(tf.constant(ids), tf.constant(wanted))))
                progress.advance(task)
            loss, auc = float(np.mean(losses)), judge(network)["mean_auc"] or 0.0
            history.append({"loss": loss, "auc": auc})
            console.print(f"epoch {epoch}: loss {loss:.4f}, validation AUC {auc:.4f}")
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
        yield pad([texts[i] for i in places]), labels[places]


def predict(network: keras.Model, sequences: Sequences, batch: int = 256) -> Floats:
    """Return scores (rows, 6) as they are served, the highest over a text's windows.

    NaN stands for a text that cannot be read.
    """
    parts = [
        (row, np.array(part, np.int32))
        for row in np.flatnonzero(sequences.lengths)
        for part in windows(sequences[row].tolist())
    ]
    parts.sort(key=lambda part: len(part[1]))
    scores = np.full((len(sequences), len(LABELS)), np.nan)
    run = tf.function(lambda ids: network(ids, training=False), reduce_retracing=True)
    for start in range(0, len(parts), batch):
        some = parts[start : start + batch]
        rows = [row for row, _ in some]
        np.fmax.at(
            scores, rows, run(tf.constant(pad([ids for _, ids in some]))).numpy()[:, : len(LABELS)]
        )
    return scores


def judge_on(
    sequences: Sequences, labels: Floats, weights: Floats
) -> Callable[[keras.Model], dict[str, Any]]:
    """Return a function that reports a network's figures on these rows."""
    readable = sequences.lengths > 0

    def judge(network: keras.Model) -> dict[str, Any]:
        scores = predict(network, sequences)
        return report(labels[readable], scores[readable], weights[readable])

    return judge


def masked_loss(wanted: tf.Tensor, predicted: tf.Tensor) -> tf.Tensor:
    """Return the mean binary cross-entropy over the labels that are known (not NaN)."""
    known = tf.logical_not(tf.math.is_nan(wanted))
    wanted = tf.where(known, wanted, 0.0)
    predicted = tf.clip_by_value(predicted, 1e-7, 1 - 1e-7)
    entropy = -(wanted * tf.math.log(predicted) + (1 - wanted) * tf.math.log(1 - predicted))
    kept = tf.cast(known, tf.float32)
    return tf.reduce_sum(entropy * kept) / tf.maximum(tf.reduce_sum(kept), 1.0)


def _optimizer(steps: int, learning_rate: float) -> keras.optimizers.Optimizer:
    warm_up = min(WARM_UP, steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        learning_rate / 20, max(1, steps - warm_up), warmup_target=learning_rate,
        warmup_steps=warm_up, alpha=0.01,
    )  # fmt: skip
    return keras.optimizers.Adam(schedule, clipnorm=1.0)


def _training_step(
    network: keras.Model, optimizer: keras.optimizers.Optimizer
) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    @tf.function(
        input_signature=[
            tf.TensorSpec((None, None), tf.int32),
            tf.TensorSpec((None, network.output_shape[-1]), tf.float32),
        ]
    )
    def step(ids: tf.Tensor, wanted: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = masked_loss(wanted, network(ids, training=True))
        weights = network.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return loss

    return cast(Callable[[tf.Tensor, tf.Tensor], tf.Tensor], step)


def _run_key(texts: list[Ids], targets: Floats, config: TrainingConfig) -> str:
    digest = hashlib.sha256(repr(config).encode())
    digest.update(np.concatenate(texts).tobytes())
    digest.update(targets.tobytes())
    return digest.hexdigest()[:32]
