"""The whole recipe: data to a verified artefact."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import onnxruntime

from moderation.scoring.artefact import (
    KERAS_NETWORK,
    LABEL_FILE,
    NETWORK,
    NETWORK_INPUT,
    NETWORK_OUTPUT,
    TOKENISER,
    Artefact,
    file_hash,
    load_artefact,
)
from moderation.scoring.batches import pad
from moderation.scoring.labels import LABELS
from moderation.training import calibrate
from moderation.training.bag_of_words import FORMS, learn_bag
from moderation.training.card import write_card
from moderation.training.config import TrainingConfig
from moderation.training.dataset import Rows, disguise_some, join_some, split
from moderation.training.evaluate import figures_of
from moderation.training.even_out import even_out, even_out_terms
from moderation.training.export import export_onnx
from moderation.training.fit import fit, judge_on, loss_with_states, predict
from moderation.training.network import build_network, serving_network
from moderation.training.precision import lighten
from moderation.training.sequences import Sequences, make_sequences
from moderation.training.soft_labels import ask_teachers, kind_of, soften
from moderation.training.states import ask_states
from moderation.training.table import Table, open_data
from moderation.training.targets import TARGETS
from moderation.training.terminal import console
from moderation.training.vectors import make_vocabulary

TOLERANCE = 1e-4
"""largest difference between the scores of Keras and ONNX"""

LICENCE = (
    "The weights were learned from comments of Wikipedia talk pages (text CC BY-SA 3.0, "
    "Wikipedia contributors; labels CC0-1.0, Jigsaw/Conversation AI) and from the other sources "
    "below; no comment can be read back from them. They are offered under the project's licence "
    "and, as far as these sources call for it, CC BY-SA 3.0."
)
LIMITS = (
    "English only. A comment most of which is in another script is not scored but given to a "
    "human; other languages in Latin script are scored, badly.",
    "Learned from Wikipedia talk pages of 2001 to 2017 and one crowd's view of them; other places "
    "have other words and other norms.",
    "It knows words, not intentions: quotation, irony and reclaimed words are misread, and "
    "identity terms still raise scores unfairly in places.",
    "Disguised spelling is resolved only where cleaning knows the word; figures above.",
    "threat, severe_toxic and identity_hate rest on few examples: their thresholds and calibration "
    "are rough.",
)


def train(
    paths: list[Path],
    config: TrainingConfig,
    out: Path,
    cache: Path | None,
    teachers: Sequence[Path] = (),
    states: Path | None = None,
) -> Artefact:
    """Train on a table, or on data files, and write the version to the folder `out`, a new one.

    `teachers` are files of soft labels, `states` one of a teacher's states. Raises DataError,
    CsvError or VectorsError; sequence vectors, and the weights after each epoch to go on from, are
    kept in `cache`.
    """
    keras.utils.set_random_seed(config.seed)
    table, table_hash = open_data(paths)
    parts = split(table.rows, table.shares, config)
    rows = even_out(parts.train, config)
    train_rows = lessons(rows, parts.fragments, teachers, config)
    console.print(f"{len(train_rows.texts):,} rows, {len(parts.validation.texts):,} to validate")
    vocabulary = make_vocabulary(config, parts.train.texts)
    tokeniser = vocabulary.tokeniser
    learning = make_sequences(train_rows.texts, tokeniser, cache)
    validating = make_sequences(parts.validation.texts, tokeniser, cache)
    labels, weights = parts.validation.labels, parts.weights

    targets = train_rows.labels
    if states:
        targets = np.concatenate([targets, ask_states(states, train_rows.texts)], axis=1)
    network = build_network(
        config,
        tokeniser.vocabulary_size,
        vocabulary.vectors,
        states=targets.shape[1] - len(TARGETS),
    )
    judge = judge_on(validating, labels, weights)
    loss = loss_with_states(config.states)
    history = fit(network, learning, targets, judge, config, cache, loss)

    comments = rows.take(np.isin(rows.forms, FORMS))
    counted = make_sequences(comments.texts, tokeniser, cache)
    bag = learn_bag(comments, counted, tokeniser.vocabulary_size, config.seed)
    network = serving_network(network, config, bag)
    readable = validating.lengths > 0
    labels, weights = labels[readable], weights[readable]
    texts = [parts.validation.texts[row] for row in np.flatnonzero(readable)]
    scores = predict(network, validating)[readable]
    calibration = calibrate.fit_calibration(labels, scores, weights)
    network.get_layer(NETWORK_OUTPUT).set_weights([*map(np.array, asdict(calibration).values())])
    judged = calibrate.calibrated_out_of_fold(labels, scores, weights)

    out.mkdir(parents=True)
    network.save(out / KERAS_NETWORK)
    export_onnx(network, out / NETWORK)
    check_agreement(network, out / NETWORK, validating)
    served, precision = lighten(
        out / NETWORK, validating.take(np.flatnonzero(readable)), labels, weights
    )
    (out / TOKENISER).write_text(tokeniser.to_json(), encoding="utf-8")
    (out / LABEL_FILE).write_text(json.dumps(list(LABELS)) + "\n", encoding="utf-8")
    write_card(
        out,
        {
            "seed": config.seed,
            "licence": LICENCE,
            "sources": [asdict(source) for source in table.sources],
            "table": {"sha256": table_hash, "removed": table.removed, "repeated": table.repeated},
            "teachers": [
                {"file": path.name, "kind": kind_of(path), "sha256": file_hash(path)}
                for path in teachers
            ],
            "states": {"file": states.name, "sha256": file_hash(states)} if states else None,
            "rows": {"train": len(train_rows.texts), "validation": len(parts.validation.texts)},
            "vectors": {"origin": vocabulary.origin, "licence": vocabulary.licence},
            "recipe": asdict(config)
            | {"vectors": _without_folder(config.vectors), "beside": Path(config.beside).name},
            "history": history,
            "calibration": {
                "how": "Beta calibration per class on the weighted validation rows, the last step "
                f"of the network. The figures above are of scores calibrated on the other "
                f"{calibrate.FOLDS - 1} of {calibrate.FOLDS} parts of those rows.",
                **asdict(calibration),
            },
            "metrics": {"validation": figures_of(texts, labels, judged, weights)[0]},
            "precision": precision,
            "thresholds": calibrate.default_policy(
                labels, served, weights, config.review_precision
            ),
            "rebuild": _commands(table, teachers, states, config, out.name),
            "limits": list(LIMITS),
        },
    )
    return load_artefact(out)


def lessons(rows: Rows, fragments: Rows, teachers: Sequence[Path], config: TrainingConfig) -> Rows:
    """Return what the LSTMs learn from: labels mixed with teachers' answers, and rows changed.

    And the fragments that a teacher has answered for, with groups' names evened out as in the rows.
    """
    rows, fragments = (
        soften(each, ask_teachers(teachers, each.texts), config.teaching)
        for each in (rows, fragments)
    )
    if config.even_terms:
        fragments = even_out_terms(fragments, config.seed)
    rows = join_some(rows, config.joined, config.seed)
    rows = disguise_some(rows, config.disguised, config.seed)
    return rows.with_more(fragments.texts, fragments.labels, "fragment")


def _without_folder(vectors: str) -> str:
    """The name of the vectors: where they lay on one machine is no part of the recipe."""
    kind, _, where = vectors.partition(":")
    return f"{kind}:{Path(where).name}" if where else kind


def _commands(
    table: Table,
    teachers: Sequence[Path],
    states: Path | None,
    config: TrainingConfig,
    version: str,
) -> list[str]:
    """The commands that make the same again; what differs from the defaults goes into a file."""
    data = "--data table.parquet"
    build = [
        "flask model data build",
        *(f"--data {source.file}" for source in table.sources),
        *(f"--evaluation {name}" for name in table.removed),
        *[f"--fragments {table.fragments}"] * bool(table.fragments),
        "--out table.parquet",
    ]
    train = [
        "flask model train",
        data,
        *(f"--teacher {path.name}" for path in teachers),
        *(f"--states {path.name}" for path in [states] if path),
        f"--version {version}",
        *["--config recipe.toml   # the settings above"] * (config != TrainingConfig()),
    ]
    teach = [
        f"flask model teach {data} --kind {kind} --out {path.name}"
        for path in teachers
        if (kind := kind_of(path))
    ]
    return [" ".join(build), *teach, " ".join(train)]


def check_agreement(network: keras.Model, onnx_path: Path, sequences: Sequences) -> None:
    """Raise RuntimeError unless Keras and ONNX score a sample of all lengths the same."""
    by_length = [i for i in np.argsort(sequences.lengths) if sequences.lengths[i]]
    places = by_length[:: max(1, len(by_length) // 64)]
    session = onnxruntime.InferenceSession(str(onnx_path), providers=["CPUExecutionProvider"])
    ids = pad([sequences[i] for i in places])
    (onnx_scores,) = session.run(None, {NETWORK_INPUT: ids})
    gap = float(np.abs(np.asarray(network(ids, training=False)) - onnx_scores).max())
    if gap > TOLERANCE:
        raise RuntimeError(f"Keras and ONNX differ by {gap:.1e}; the export is wrong")
