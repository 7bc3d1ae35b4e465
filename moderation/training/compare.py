"""The tutorial's two networks and ours, trained side by side: same comments, same loop, same judge.

What differs is the network and, unless asked otherwise, the word vectors. Each keeps its best epoch
by mean AUC on validation, and the figures are on those same rows, before any calibration: they
compare, they do not promise.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from moderation.training.article import build_lstm, build_lstm_cnn
from moderation.training.config import TrainingConfig
from moderation.training.dataset import Rows, Split, split
from moderation.training.fit import fit, judge_on, predict
from moderation.training.metrics import Floats, full_report
from moderation.training.network import Array, build_network
from moderation.training.section import Section, shown
from moderation.training.sequences import make_sequences
from moderation.training.table import open_data
from moderation.training.terminal import console
from moderation.training.vectors import Vocabulary, make_vocabulary


@dataclass(frozen=True)
class Contestant:
    """A network to compare: its name, how it is built, and the word vectors it reads."""

    name: str
    build: Callable[[int, Array | None], keras.Model]
    vectors: str


@dataclass(frozen=True)
class Result:
    """What came of one network; `scores` are on validation, (rows, 6), NaN where unreadable."""

    name: str
    vectors: str
    parameters: int
    seconds: float
    history: list[dict[str, float]]
    figures: dict[str, Any]
    scores: Floats


@dataclass(frozen=True)
class Comparison:
    """The results, and the validation rows that they are on."""

    about: dict[str, Any]
    labels: Floats
    weights: Floats
    results: list[Result]


def compare(
    paths: list[Path],
    config: TrainingConfig,
    article_vectors: str,
    rows: int | None,
    cache: Path | None,
) -> Comparison:
    """Train the three networks on the data files and judge them on one validation part.

    Of the training rows `rows` are drawn, all if None. Raises DataError, CsvError or VectorsError.
    """
    table, _ = open_data(paths)
    parts = split(table.rows, table.shares, config)
    known = ~np.isnan(parts.train.of_labels().labels)
    labelled = parts.train.take(np.asarray(known.any(axis=1)))
    train = _draw(labelled, rows, config.seed)
    contestants = (
        Contestant("LSTM", build_lstm, article_vectors),
        Contestant("LSTM-CNN", build_lstm_cnn, article_vectors),
        Contestant("ours", lambda size, given: build_network(config, size, given), config.vectors),
    )
    # First of all: vectors that cannot be had should not be noticed after an hour of training.
    vocabularies = [
        make_vocabulary(replace(config, vectors=one.vectors), train.texts) for one in contestants
    ]
    results = [
        _train(one, vocabulary, train, parts, config, cache)
        for one, vocabulary in zip(contestants, vocabularies, strict=True)
    ]
    return Comparison(
        {
            "date": date.today().isoformat(),
            "files": {source.file: source.sha256 for source in table.sources},
            "rows": {"train": len(train.texts), "validation": len(parts.validation.texts)},
            "seed": config.seed,
            "epochs": config.epochs,
            "cores": os.cpu_count(),
        },
        parts.validation.labels,
        parts.weights,
        results,
    )


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Return all but the single scores."""
    networks = {
        result.name: {
            "vectors": result.vectors,
            "parameters": result.parameters,
            "seconds": result.seconds,
            "history": result.history,
            **result.figures,
        }
        for result in comparison.results
    }
    return {**comparison.about, "networks": networks}


def as_section(comparison: Comparison) -> Section:
    """Return the table: a row for each figure, a column for each network."""
    about, results = comparison.about, comparison.results
    labels = results[0].figures["classes"]

    def row(name: str, cell: Callable[[Result], str]) -> list[str]:
        return [name, *map(cell, results)]

    def of_class(label: str, figure: str) -> Callable[[Result], str]:
        return lambda result: shown(
            result.figures["classes"][label][figure],
            result.figures["classes"][label][f"{figure}_interval"],
        )

    table = [
        row("mean AUC", lambda r: shown(r.figures["mean_auc"], r.figures["mean_auc_interval"])),
        *(row(f"{label}: AUC", of_class(label, "auc")) for label in labels),
        *(
            row(f"{label}: average precision", of_class(label, "average_precision"))
            for label in labels
        ),
        row("word vectors", lambda r: r.vectors.partition(":")[0]),
        row("parameters to learn", lambda r: shown(r.parameters)),
        row("training, seconds", lambda r: f"{r.seconds:,.0f}"),
        row("best epoch", lambda r: str(1 + int(np.argmax([past["auc"] for past in r.history])))),
    ]
    how = (
        f"{about['date']}: {about['rows']['train']:,} comments learned from, "
        f"{about['rows']['validation']:,} judged, {about['epochs']} epochs, seed {about['seed']}, "
        f"{about['cores']} cores. One split, one cleaning, one training loop; each network keeps "
        "its best epoch on the rows that it is judged on, and is not calibrated."
    )
    return Section(how, ["", *(result.name for result in results)], table)


def _train(
    contestant: Contestant,
    vocabulary: Vocabulary,
    train: Rows,
    parts: Split,
    config: TrainingConfig,
    cache: Path | None,
) -> Result:
    console.print(f"[bold]{contestant.name}")
    learning = make_sequences(train.texts, vocabulary.tokeniser, cache)
    validating = make_sequences(parts.validation.texts, vocabulary.tokeniser, cache)
    labels, weights = parts.validation.labels, parts.weights
    keras.utils.set_random_seed(config.seed)
    network = contestant.build(vocabulary.tokeniser.vocabulary_size, vocabulary.vectors)
    start = time.perf_counter()
    judge = judge_on(validating, labels, weights)
    history = fit(network, learning, train.labels[:, : network.output_shape[-1]], judge, config)
    seconds = time.perf_counter() - start
    scores = predict(network, validating)
    readable = ~np.isnan(scores[:, 0])
    return Result(
        contestant.name,
        contestant.vectors,
        sum(int(np.prod(weight.shape)) for weight in network.trainable_weights),
        seconds,
        history,
        full_report(labels[readable], scores[readable], weights[readable]),
        scores,
    )


def _draw(rows: Rows, count: int | None, seed: int) -> Rows:
    if count is None or count >= len(rows.texts):
        return rows
    drawn = np.random.default_rng(seed).permutation(len(rows.texts))[:count]
    return rows.take(np.isin(np.arange(len(rows.texts)), drawn))
