"""The files that comments come from: each kind is known by its ending and its columns."""

import csv
import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from moderation.scoring.artefact import file_hash
from moderation.scoring.labels import LABELS
from moderation.training.comments_csv import TEXT, read_comments, read_number, read_rows, read_texts
from moderation.training.dataset import DataError, Rows
from moderation.training.targets import only_labels, only_others

Reader = Callable[[Path], Rows]

_VOTES = ("count", "hate_speech", "offensive_language")


@dataclass(frozen=True)
class Source:
    """Where rows came from, for the card."""

    file: str
    sha256: str
    rows: int
    kind: str
    licence: str


def read_source(path: Path) -> tuple[Rows, Source]:
    """Read one data file; raise DataError or CsvError.

    Known are `.parquet` with the 2018 comments gathered from parts, `.csv` with the columns of
    Kaggle's train.csv, `.tsv` with non-toxic sentences (a column `comment`), and comments without
    labels: `.parquet` and `.csv` with a column `comment_text`, or `text` and Perspective's scores.
    Davidson's tweets and Ruddit (`.csv`) and ToxiGen (`.json`) have labels of their own schemes.
    """
    if path.suffix not in (".parquet", ".csv", ".tsv", ".json"):
        raise DataError(f"{path}: data files are .parquet, .csv, .tsv, .json")
    try:
        read, kind, licence = _kind_of(path)
        rows = read(path)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    return rows, Source(path.name, file_hash(path), len(rows.texts), kind, licence)


def _kind_of(path: Path) -> tuple[Reader, str, str]:
    if path.suffix == ".tsv":
        return (
            _read_sentences,
            "non-toxic sentences of Wikipedia articles, with identity terms or picked at random "
            "(Conversation AI, unintended bias analysis)",
            "Apache-2.0, text CC BY-SA 3.0",
        )
    if path.suffix == ".json":
        return (
            _read_toxigen,
            "statements on groups with their harm, 1-5 (ToxiGen, annotated)",
            "MIT",
        )
    columns = _columns(path)
    if "tweet" in columns:
        return (
            _read_tweets,
            "tweets with votes for hate and for offence (Davidson and others, 2017)",
            "MIT",
        )
    if "offensiveness_score" in columns:
        return _read_ruddit, "Reddit comments with their offensiveness, -1-1 (Ruddit)", "MIT"
    if path.suffix == ".parquet" and "text_form" in columns:
        return (
            _read_gathered,
            "2018 Jigsaw/Wikipedia training comments gathered from public parts",
            "labels CC0-1.0, text CC BY-SA 3.0",
        )
    if path.suffix == ".parquet":
        return (
            _read_unlabelled_parquet,
            "comments of the same talk pages without labels; teachers label them",
            "text CC BY-SA 3.0",
        )
    if "api" in columns:
        return (
            lambda path: _unlabelled(read_texts(path, "text")),
            "comments of Wikipedia talk pages (context toxicity); their own labels are not used, "
            "teachers label them",
            "Apache-2.0, text CC BY-SA",
        )
    if columns == ["comment_id", TEXT]:
        return (
            lambda path: _unlabelled(read_texts(path, TEXT)),
            "comments without labels, such as Civil Comments posts; teachers label them",
            "as the file's origin says: CC0-1.0 for Civil Comments",
        )
    return (
        _read_kaggle,
        "comments in the columns of the 2018 Jigsaw train.csv",
        "labels CC0-1.0, text CC BY-SA 3.0 (the official file's)",
    )


def _columns(path: Path) -> list[str]:
    if path.suffix == ".parquet":
        import pyarrow.parquet

        return list(pyarrow.parquet.read_schema(path).names)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return next(csv.reader(file), [])


def _read_gathered(path: Path) -> Rows:
    table = _frame(path)
    labels = table[list(LABELS)].to_numpy(np.float32)
    return Rows(list(table[TEXT]), only_labels(labels), list(table["text_form"]))


def _read_unlabelled_parquet(path: Path) -> Rows:
    return _unlabelled(list(_frame(path)[TEXT]))


def _read_kaggle(path: Path) -> Rows:
    comments = read_comments(path)
    return Rows(comments.texts, only_labels(comments.labels), ["raw"] * len(comments.texts))


def _read_sentences(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        texts = [row["comment"] for row in csv.DictReader(file, delimiter="\t")]
    labels = np.zeros((len(texts), len(LABELS)), np.float32)
    return Rows(texts, only_labels(labels), ["article"] * len(texts))


def _read_tweets(path: Path) -> Rows:
    texts, votes = [], []
    for number, row in read_rows(path, ("tweet", *_VOTES)):
        texts.append(html.unescape(row["tweet"]))  # as it came over the wire
        count = read_number(path, number, row, "count", 1)
        cast = (read_number(path, number, row, name, 0, count) for name in _VOTES[1:])
        votes.append([count, *cast])
    count, hate, offensive = np.transpose(votes)
    return _others(texts, tweet_hate=hate / count, tweet_offensive=(hate + offensive) / count)


def _read_ruddit(path: Path) -> Rows:
    texts, scores = [], []
    for number, row in read_rows(path, ("txt", "offensiveness_score")):
        score = read_number(path, number, row, "offensiveness_score", -1, 1)
        if row["txt"] not in ("[deleted]", "[removed]"):  # deleted at its source
            texts.append(row["txt"])
            scores.append(score)
    return _others(texts, offensiveness=(np.array(scores) + 1) / 2)


def _read_toxigen(path: Path) -> Rows:
    rows = json.loads(path.read_text(encoding="utf-8"))
    harm = np.array([float(row["toxicity_score"]) for row in rows])
    return _others([row["text"] for row in rows], group_harm=(harm - 1) / 4)


def _others(texts: list[str], **known: Any) -> Rows:
    return Rows(texts, only_others(**known), ["other"] * len(texts))


def _unlabelled(texts: list[str]) -> Rows:
    labels = np.full((len(texts), len(LABELS)), np.nan, np.float32)
    return Rows(texts, only_labels(labels), ["unlabelled"] * len(texts))


def _frame(path: Path) -> Any:
    import pyarrow.parquet

    return pyarrow.parquet.read_table(path).to_pandas()
