"""What teachers say of the comments: probabilities beside, or in place of, the labels.

Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015. The answers are kept
by the hash of the text, so they stay good when a table is built again.
"""

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from moderation.scoring.labels import LABELS
from moderation.training.dataset import DataError, Floats, Rows

KIND = "teacher"


def save_soft_labels(path: Path, texts: Sequence[str], logits: Floats, kind: str) -> int:
    """Write a teacher's logits (rows, 6), to three figures, as Parquet; rows with NaN are left out.

    `kind` is what `flask model teach` calls the teacher, with who teaches; it stands in the file.
    Returns how many rows were written.
    """
    import pyarrow
    import pyarrow.parquet

    said = np.flatnonzero(~np.isnan(logits).any(axis=1))
    columns = {
        "text": pyarrow.array([key_of(texts[row]) for row in said.tolist()], pyarrow.uint64())
    }
    for column, label in enumerate(LABELS):
        # Half precision, and the bytes of like weight together: 1.7 MB instead of 4.4.
        columns[label] = pyarrow.array(logits[said, column].astype(np.float16).astype(np.float32))
    table = pyarrow.table(columns, metadata={KIND: kind})
    pyarrow.parquet.write_table(
        table, path, compression="zstd", compression_level=19, use_dictionary=False,
        use_byte_stream_split=True,
    )  # fmt: skip
    return len(said)


def kind_of(path: Path) -> str | None:
    """Return the kind of teacher whose soft labels these are; None for one of another house."""
    import pyarrow.parquet

    kind = (pyarrow.parquet.read_schema(path).metadata or {}).get(KIND.encode())
    return kind.decode() if kind else None


def ask_teachers(paths: Sequence[Path], texts: Sequence[str]) -> Floats:
    """Return the mean logits (rows, 6) of the teachers who know a text, as probabilities.

    NaN where none does. Raises DataError.
    """
    import pyarrow.parquet

    total, knowing = np.zeros((len(texts), len(LABELS))), np.zeros((len(texts), 1))
    for path in paths:
        try:
            written = pyarrow.parquet.read_table(path)
            said = np.stack([written[label].to_numpy() for label in LABELS], axis=1)
            place = {key: row for row, key in enumerate(written["text"].to_pylist())}
        except (OSError, KeyError, ValueError) as error:
            raise DataError(f"{path} holds no soft labels. Make some: flask model teach") from error
        rows = np.array([place.get(key_of(text), -1) for text in texts], np.intp)
        known = rows[:, None] >= 0
        total += np.where(known, said[rows], 0.0)
        knowing += known
    mean = np.divide(total, knowing, out=np.full_like(total, np.nan), where=knowing > 0)
    return np.asarray(1 / (1 + np.exp(-mean)))


def soften(rows: Rows, taught: Floats, share: float) -> Rows:
    """Return the rows with labels that are to `share` the teachers', who alone fill unknown ones.

    Rows that neither a label nor a teacher knows are left out.
    """
    labels, known = rows.labels.copy(), rows.labels[:, : len(LABELS)]
    mixed = np.where(np.isnan(known), taught, share * taught + (1 - share) * known)
    labels[:, : len(LABELS)] = np.where(np.isnan(taught), known, mixed)
    softened = Rows(rows.texts, labels, rows.forms)
    return softened.take(np.asarray(~np.isnan(labels).all(axis=1)))


def key_of(text: str) -> int:
    """Return what stands for a text in a teacher's file: no text does."""
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest())
