"""The comments that a model learns from: reading them, and keeping some for validation."""

import csv
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from moderation.scoring.artefact import file_hash
from moderation.scoring.labels import LABELS
from moderation.training.comments_csv import read_comments
from moderation.training.config import TrainingConfig

_NO_LETTER = re.compile(r"[\W\d_]+")


class DataError(Exception):
    """A data file that training cannot use."""


@dataclass(frozen=True)
class Source:
    """Where rows came from, for the card."""

    file: str
    sha256: str
    rows: int
    kind: str
    licence: str


@dataclass(frozen=True)
class Rows:
    """Texts, labels (rows, 6; NaN is unknown) and the form of each text.

    Forms: `raw` as written, `lower` lower-cased, `clean` without punctuation, `article` not from a
    comment. Only raw rows are like what is served.
    """

    texts: list[str]
    labels: npt.NDArray[np.float32]
    forms: list[str]

    def take(self, keep: npt.NDArray[np.bool_]) -> "Rows":
        """Return the rows for which `keep` is true."""
        places = np.flatnonzero(keep)
        return Rows(
            [self.texts[i] for i in places], self.labels[places], [self.forms[i] for i in places]
        )


@dataclass(frozen=True)
class Split:
    """Rows to learn from, rows to validate on, and the validation rows' weights (rows,)."""

    train: Rows
    validation: Rows
    weights: npt.NDArray[np.float64]


def read_sources(paths: list[Path], config: TrainingConfig) -> tuple[Rows, list[Source]]:
    """Read and join data files, without repeated texts; raise DataError or CsvError.

    Known by their ending: `.parquet` with the 2018 comments gathered from parts, `.csv` with the
    columns of Kaggle's train.csv, `.tsv` with non-toxic sentences (a column `comment`).
    """
    parts, sources = [], []
    for path in paths:
        if path.suffix not in _READERS:
            raise DataError(f"{path}: data files are {', '.join(_READERS)}")
        read, kind, licence = _READERS[path.suffix]
        try:
            rows = read(path)
        except (OSError, KeyError, ValueError) as error:
            raise DataError(f"{path} cannot be read as {kind}: {error}") from error
        rows = rows.take(np.isin(rows.forms, [*config.text_forms, "article"]))
        parts.append(rows)
        sources.append(Source(path.name, file_hash(path), len(rows.texts), kind, licence))
    joined = Rows(
        [text for part in parts for text in part.texts],
        np.concatenate([part.labels for part in parts]),
        [form for part in parts for form in part.forms],
    )
    seen: set[str] = set()
    first = [text not in seen and not seen.add(text) for text in joined.texts]  # type: ignore[func-returns-value]
    return joined.take(np.array(first)), sources


def split(rows: Rows, config: TrainingConfig) -> Split:
    """Keep a share of the groups of near-duplicates for validation.

    A group goes by the hash of its letters alone, so copies that differ in case, digits, spacing or
    punctuation never straddle the split, and adding data does not reshuffle it. Validation holds
    only raw rows; other forms of its groups are left out of both.
    """
    held_out = np.array([_share(text, config.seed) < config.validation for text in rows.texts])
    raw = np.array([form == "raw" for form in rows.forms])
    validation = rows.take(held_out & raw)
    if not len(validation.texts):
        raise DataError("no comments as written are left for validation; give more data")
    return Split(rows.take(~held_out), validation, natural_weights(validation, config.natural_rate))


def join_some(rows: Rows, share: float, seed: int) -> Rows:
    """Return `rows` and, to the number of `share` of them, two of them run together.

    A joined text has every label that one of its halves has. It teaches that a few bad words among
    many good ones still count, as in a long comment that turns ugly at its end.
    """
    dice = np.random.default_rng(seed)
    pairs = dice.integers(0, len(rows.texts), (int(share * len(rows.texts)), 2))
    one, other = rows.labels[pairs[:, 0]], rows.labels[pairs[:, 1]]
    labels = np.where((one == 1) | (other == 1), np.float32(1), one + other)
    texts = [f"{rows.texts[a]}\n{rows.texts[b]}" for a, b in pairs]
    return Rows(
        rows.texts + texts,
        np.concatenate([rows.labels, labels]),
        rows.forms + ["joined"] * len(texts),
    )


def natural_weights(rows: Rows, rate: float) -> npt.NDArray[np.float64]:
    """Return weights (rows,) under which the share of toxic rows is `rate`."""
    toxic = rows.labels[:, 0] == 1
    weights = np.ones(len(toxic))
    if toxic.any() and not toxic.all():
        weights[~toxic] = toxic.sum() * (1 - rate) / rate / np.sum(~toxic)
    return weights


def _share(text: str, seed: int) -> float:
    letters = _NO_LETTER.sub("", text.lower()) or text
    digest = hashlib.sha256(f"{seed}:{letters}".encode(errors="replace")).digest()
    return int.from_bytes(digest[:8]) / 2**64


def _read_parquet(path: Path) -> Rows:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path).to_pandas()
    labels = table[list(LABELS)].to_numpy(np.float32)
    return Rows(list(table["comment_text"]), labels, list(table["text_form"]))


def _read_csv(path: Path) -> Rows:
    comments = read_comments(path)
    return Rows(comments.texts, comments.labels, ["raw"] * len(comments.texts))


def _read_tsv(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        texts = [row["comment"] for row in csv.DictReader(file, delimiter="\t")]
    labels = np.zeros((len(texts), len(LABELS)), np.float32)
    return Rows(texts, labels, ["article"] * len(texts))


_READERS = {
    ".parquet": (
        _read_parquet,
        "2018 Jigsaw/Wikipedia training comments gathered from public parts",
        "labels CC0-1.0, text CC BY-SA 3.0",
    ),
    ".csv": (
        _read_csv,
        "comments in the columns of the 2018 Jigsaw train.csv",
        "labels CC0-1.0, text CC BY-SA 3.0 (the official file's)",
    ),
    ".tsv": (
        _read_tsv,
        "non-toxic sentences of Wikipedia articles, with identity terms or picked at random "
        "(Conversation AI, unintended bias analysis)",
        "Apache-2.0, text CC BY-SA 3.0",
    ),
}
