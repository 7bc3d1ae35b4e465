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


def save_soft_labels(path: Path, texts: Sequence[str], logits: Floats) -> None:
    """Write one teacher's logits (rows, 6) as Parquet; rows with NaN are left out."""
    import pyarrow
    import pyarrow.parquet

    said = np.flatnonzero(~np.isnan(logits).any(axis=1))
    columns = {"text": pyarrow.array([_key(texts[row]) for row in said.tolist()], pyarrow.uint64())}
    for column, label in enumerate(LABELS):
        columns[label] = pyarrow.array(logits[said, column].astype(np.float32))
    pyarrow.parquet.write_table(pyarrow.table(columns), path, compression="zstd")


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
        rows = np.array([place.get(_key(text), -1) for text in texts])
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


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest())
