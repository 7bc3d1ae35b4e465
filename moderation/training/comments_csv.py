"""CSV files, labelled comments above all, read strictly: a mistake is named by its row."""

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from moderation.scoring.labels import LABELS

TEXT = "comment_text"
WEIGHT = "weight"
TEXT_COLUMNS = (TEXT, "comment_fuzzed", "text", "test_case")
_LABEL_VALUES = {"0": 0.0, "1": 1.0, "": np.nan, "0.0": 0.0, "1.0": 1.0}
_TEST_VALUES = {"-1": -1.0, "0": 0.0, "1": 1.0}

Value = TypeVar("Value")


class CsvError(Exception):
    """A CSV file that cannot be read as what it should be; the message names the row."""


@dataclass(frozen=True)
class LabelledComments:
    """Texts, labels (rows, 6; NaN is unknown) and weights (rows,)."""

    texts: list[str]
    labels: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float64]


def read_comments(path: Path) -> LabelledComments:
    """Read `comment_text`, the six labels (blank is unknown) and, if there, `weight`.

    Other columns are passed over. Raises CsvError.
    """
    texts: list[str] = []
    labels: list[list[float]] = []
    weights: list[float] = []
    for number, row in read_rows(path, (TEXT, *LABELS)):
        texts.append(row[TEXT])
        labels.append(
            [
                read_choice(path, number, row, label, _LABEL_VALUES, "0, 1 or blank")
                for label in LABELS
            ]
        )
        weights.append(read_number(path, number, row, WEIGHT, 0) if WEIGHT in row else 1.0)
    return LabelledComments(texts, np.array(labels, np.float32), np.array(weights))


def read_kaggle_test(texts: Path, labels: Path) -> tuple[LabelledComments, list[str]]:
    """Read the official test.csv and test_labels.csv as they are.

    Returns the comments that were scored, and the texts of those that were not (labels -1). Raises
    CsvError.
    """
    text_of = {row["id"]: row[TEXT] for _, row in read_rows(texts, ("id", TEXT))}
    scored: list[str] = []
    marks: list[list[float]] = []
    unscored: list[str] = []
    for number, row in read_rows(labels, ("id", *LABELS)):
        if row["id"] not in text_of:
            raise CsvError(f"{labels}, row {number}: {texts} has no comment {row['id'][:40]!r}")
        values = [
            read_choice(labels, number, row, label, _TEST_VALUES, "-1, 0 or 1") for label in LABELS
        ]
        if -1 in values:
            unscored.append(text_of[row["id"]])
        else:
            scored.append(text_of[row["id"]])
            marks.append(values)
    known = np.array(marks, np.float32).reshape(-1, len(LABELS))
    return LabelledComments(scored, known, np.ones(len(scored))), unscored


def write_comments(path: Path, comments: LabelledComments) -> None:
    """Write comments as `read_comments` reads them: an unknown label is blank."""
    marks = [
        [*("" if np.isnan(label) else int(label) for label in labels), weight]
        for labels, weight in zip(comments.labels, comments.weights.tolist(), strict=True)
    ]
    _write(path, (TEXT, *LABELS, WEIGHT), zip(comments.texts, marks, strict=True))


def write_unlabelled(path: Path, texts: Sequence[str]) -> None:
    """Write texts as the table's sources know comments without labels."""
    _write(path, ("comment_id", TEXT), ((n, [text]) for n, text in enumerate(texts)))


def _write(path: Path, head: Sequence[str], rows: Iterable[tuple[Any, Iterable[Any]]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows([first, *others] for first, others in rows)


def read_texts(path: Path, column: str) -> list[str]:
    """Read one column of texts. Raises CsvError."""
    return [row[column] for _, row in read_rows(path, (column,))]


def read_all_texts(path: Path) -> list[str]:
    """Read the texts of an evaluation file, whichever its columns. Raises CsvError.

    A column is one of texts if its name says so, as those of the sets that are named in
    docs/model.md do.
    """
    rows = [row for _, row in read_rows(path, ())]
    columns = [name for name in rows[0] if name.lower() in TEXT_COLUMNS]
    if not columns:
        raise CsvError(f"{path}, row 1: it needs one of the columns {', '.join(TEXT_COLUMNS)}")
    return list(dict.fromkeys(row[name] for name in columns for row in rows))


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows as dictionaries, numbered as a spreadsheet would, the header being row 1.

    Raises CsvError where one of `columns` is missing, a row has too few or too many fields, there
    is no row at all, or the file is not UTF-8.
    """
    csv.field_size_limit(2**31 - 1)
    reader = csv.DictReader(io.StringIO(_decoded(path), newline=""), strict=True)
    number = 1
    try:
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            raise CsvError(f"{path}, row 1: the columns {', '.join(missing)} are missing")
        for number, row in enumerate(reader, start=2):
            if None in row or None in row.values():
                wanted = len(reader.fieldnames or ())
                raise CsvError(f"{path}, row {number}: it must have {wanted} fields")
            yield number, row
        if number == 1:
            raise CsvError(f"{path} holds no comments")
    except csv.Error as error:
        raise CsvError(f"{path}, row {number + 1}: {error}") from error


def read_choice(
    path: Path,
    number: int,
    row: Mapping[str, str],
    column: str,
    values: Mapping[str, Value],
    allowed: str,
) -> Value:
    """Return what the cell stands for among `values`, or raise CsvError that says what is allowed.

    `number` is the row's, for the message.
    """
    try:
        return values[row[column].strip()]
    except KeyError:
        given = row[column][:20]
        raise CsvError(
            f"{path}, row {number}: {column} is {given!r}; it must be {allowed}"
        ) from None


def read_number(
    path: Path,
    number: int,
    row: Mapping[str, str],
    column: str,
    least: float,
    most: float = sys.float_info.max,
) -> float:
    """Return the cell's number, from `least` to `most`, or raise CsvError that says so.

    `number` is the row's, for the message.
    """
    try:
        value = float(row[column])
    except ValueError:
        value = np.nan
    if not least <= value <= most:
        allowed = f"{least:g} or more" if most == sys.float_info.max else f"{least:g} to {most:g}"
        given = row[column][:20]
        raise CsvError(f"{path}, row {number}: {column} is {given!r}; it must be {allowed}")
    return value


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CsvError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CsvError(f"{path}, line {line}: it is not UTF-8; save the file as UTF-8") from error
