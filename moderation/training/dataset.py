"""The comments that a model learns from, and what is made of them for training."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.scoring.labels import LABELS
from moderation.training.attacks import add_noise
from moderation.training.config import TrainingConfig

Labels = npt.NDArray[np.float32]
Floats = npt.NDArray[np.floating[Any]]


class DataError(Exception):
    """A data file that training cannot use."""


@dataclass(frozen=True)
class Rows:
    """Texts, labels (rows, len(TARGETS); NaN is unknown) and the form of each text.

    Forms: `raw` as written, `lower` lower-cased, `clean` without punctuation, `article` not from a
    comment, `unlabelled` for teachers to label, `fragment` a piece of a comment for them, `other`
    from another place with labels of its own scheme. Only raw rows are like what is served.
    """

    texts: list[str]
    labels: Labels
    forms: list[str]

    def with_more(self, texts: list[str], labels: Labels, form: str) -> "Rows":
        """Return the rows and after them these texts, all of one form."""
        return Rows(
            self.texts + texts,
            np.concatenate([self.labels, labels]),
            self.forms + [form] * len(texts),
        )

    def of_labels(self) -> "Rows":
        """Return the rows with the six labels alone (rows, 6)."""
        return Rows(self.texts, self.labels[:, : len(LABELS)], self.forms)

    def take(self, keep: npt.NDArray[np.bool_]) -> "Rows":
        """Return the rows for which `keep` is true."""
        places = np.flatnonzero(keep)
        return Rows(
            [self.texts[i] for i in places], self.labels[places], [self.forms[i] for i in places]
        )


@dataclass(frozen=True)
class Split:
    """Rows to learn from and fragments of them, rows to validate on and their weights (rows,)."""

    train: Rows
    fragments: Rows
    validation: Rows
    weights: npt.NDArray[np.float64]


def split(rows: Rows, shares: Floats, config: TrainingConfig) -> Split:
    """Keep the groups of near-duplicates whose share lies below `config.validation` to validate.

    Validation holds only raw rows whose labels are known, and of these the six; other forms of its
    groups are left out of both. Of the rest those of the wanted forms are learned from, and what is
    `article`, `other` or `unlabelled`.
    """
    held_out = shares < config.validation
    raw = np.array([form == "raw" for form in rows.forms])
    wanted = np.isin(rows.forms, [*config.text_forms, "article", "other", "unlabelled"])
    validation = rows.take(held_out & raw).of_labels()
    validation = validation.take(np.asarray(~np.isnan(validation.labels).all(axis=1)))
    if not len(validation.texts):
        raise DataError("no comments as written are left for validation; give more data")
    weights = natural_weights(validation, config.natural_rate)
    fragments = rows.take(~held_out & np.isin(rows.forms, "fragment"))
    return Split(rows.take(~held_out & wanted), fragments, validation, weights)


def join_some(rows: Rows, share: float, seed: int) -> Rows:
    """Return `rows` and, to the number of `share` of them, two of them run together.

    A joined text has every label that one of its halves has. It teaches that a few bad words among
    many good ones still count, as in a long comment that turns ugly at its end.
    """
    dice = np.random.default_rng(seed)
    pairs = dice.integers(0, len(rows.texts), (int(share * len(rows.texts)), 2))
    one, other = rows.labels[pairs[:, 0]], rows.labels[pairs[:, 1]]
    labels = np.where((one == 1) | (other == 1), np.float32(1), 1 - (1 - one) * (1 - other))
    texts = [f"{rows.texts[a]}\n{rows.texts[b]}" for a, b in pairs]
    return rows.with_more(texts, labels, "joined")


def disguise_some(rows: Rows, share: float, seed: int) -> Rows:
    """Return `rows` and, to the number of `share` of them, one with words disguised."""
    dice = np.random.default_rng(seed)
    chosen = dice.choice(len(rows.texts), int(share * len(rows.texts)), replace=False)
    texts = [add_noise(rows.texts[row], f"{seed}:{row}") for row in chosen.tolist()]
    return rows.with_more(texts, rows.labels[chosen], "disguised")


def natural_weights(rows: Rows, rate: float) -> npt.NDArray[np.float64]:
    """Return weights (rows,) under which the share of toxic rows is `rate`."""
    toxic = rows.labels[:, 0] == 1
    weights = np.ones(len(toxic))
    if toxic.any() and not toxic.all():
        weights[~toxic] = toxic.sum() * (1 - rate) / rate / np.sum(~toxic)
    return weights
