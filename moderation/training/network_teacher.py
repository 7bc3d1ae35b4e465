"""Networks as teachers: MiniLM fine-tuned, and the network that is trained to serve itself.

They learn out of fold and hand over what they say. A GPU takes minutes for it; for MiniLM two cores
take an hour or two if they count well in 16 bits and PyTorch drives them, else several.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from moderation.scoring.batches import Ids, pad
from moderation.scoring.labels import LABELS
from moderation.training.calibrate import logit
from moderation.training.config import TrainingConfig
from moderation.training.dataset import Floats, split
from moderation.training.even_out import even_out
from moderation.training.fit import LENGTHS, fit, head_and_tail, judge_on, predict
from moderation.training.folds import FOLDS, Mask, learned_from, of_unlabelled, out_of_fold
from moderation.training.minilm import build_minilm
from moderation.training.network import build_network
from moderation.training.sequences import make_sequences
from moderation.training.states import STATE, save_states
from moderation.training.table import Table
from moderation.training.vectors import VectorsError, make_vocabulary

READ_AT_ONCE = {"minilm": 32, "lstm": 256}
"""Texts. What attention keeps grows with the square of a text's length: with 384 tokens and texts
by the 256 it was more than 24 GB."""


def teach(
    table: Table,
    config: TrainingConfig,
    kind: str,
    cache: Path | None,
    unlabelled: bool = False,
    states: Path | None = None,
) -> Floats:
    """Return the logits (rows, 6) of a `minilm` or an `lstm` for every row, out of fold.

    Or for rows that are `unlabelled` alone, and then all others are learned from; what MiniLM makes
    of these inside is written to a file of `states`. NaN for what it cannot read. A run that was
    cut off goes on after the last epoch that is kept in `cache`. Raises DataError or VectorsError.
    """
    source, _, where = config.vectors.partition(":")
    read = config
    if kind == "minilm":
        if source != "minilm":
            raise VectorsError("MiniLM reads its own pieces only: set vectors to minilm[:FOLDER]")
        config = fine_tuning(config)
    rows = table.rows.of_labels()
    parts = split(rows, table.shares, config)
    vocabulary = make_vocabulary(config, rows.take(learned_from(table, config)).texts)
    tokeniser = vocabulary.tokeniser
    every = make_sequences(rows.texts, tokeniser, cache)
    validating = make_sequences(parts.validation.texts, tokeniser, cache)
    judge = judge_on(validating, parts.validation.labels, parts.weights, READ_AT_ONCE[kind])

    def learn(known: Mask, asked: Mask) -> Floats:
        keras.utils.set_random_seed(config.seed)
        lessons = even_out(rows.take(known), config)
        if kind == "minilm":
            network = build_minilm(Path(where) if where else None, tokeniser.tokens, len(LABELS))
        else:
            network = build_network(
                config, tokeniser.vocabulary_size, vocabulary.vectors, len(LABELS)
            )
        learning = make_sequences(lessons.texts, tokeniser, cache)
        fit(network, learning, lessons.labels, judge, config, cache)
        logits = np.full((len(known), len(LABELS)), np.nan)
        answering = every.take(np.flatnonzero(asked))
        logits[asked] = logit(predict(network, answering, READ_AT_ONCE[kind]))
        if states:
            readable = np.flatnonzero(asked & (every.lengths > 0))
            # Of as much of a text as is learned from, which the LSTMs will read too.
            cut = [head_and_tail(every[row], read) for row in readable]
            save_states(states, [rows.texts[row] for row in readable], states_of(network, cut))
        return logits

    if unlabelled:
        return of_unlabelled(table, config, learn)
    # MiniLM costs so much that it learns from halves, twice, and not from two thirds, three times.
    return out_of_fold(table, config, learn, folds=2 if kind == "minilm" else FOLDS)


def states_of(network: keras.Model, texts: Sequence[Ids]) -> Floats:
    """Return what MiniLM's last layer makes of each text (texts, width), the mean over words."""
    inside = keras.Model(network.input, network.get_layer(STATE).output)
    states = np.empty((len(texts), inside.output.shape[1]), np.float16)
    order = np.argsort([len(ids) for ids in texts])
    for start in range(0, len(order), READ_AT_ONCE["minilm"]):
        some = order[start : start + READ_AT_ONCE["minilm"]]
        found = inside.predict_on_batch(pad([texts[row] for row in some], LENGTHS))
        states[some] = found.astype(np.float16)
    return states


def fine_tuning(config: TrainingConfig) -> TrainingConfig:
    """Return the settings for MiniLM: two epochs on its own pieces, of long texts the ends.

    BERT's authors advise two to four epochs. So small a network wants a larger rate than they name.
    """
    return replace(
        config, whole_words=0, beside="", epochs=2, batch=128, learning_rate=1.5e-4, tokens=128,
        tail=32,
    )  # fmt: skip


@contextmanager
def counting_in(precision: str) -> Iterator[None]:
    """Within, networks are built to count in a precision of Keras's: float32, mixed_bfloat16."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
