"""What MiniLM makes of a text inside, for the LSTMs to make the same of it.

A text's state says more than the six answers that follow from it (Romero and others, "FitNets:
hints for thin deep nets", 2015; Mukherjee and Awadallah, "XtremeDistil: multi-stage distillation
for massive multilingual models", 2020).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from moderation.training.dataset import DataError, Floats
from moderation.training.soft_labels import key_of

STATE = "state"
WIDTH = 64
"""numbers that are kept of a state: along the directions in which texts differ most"""
STEP = 0.2
"""to which they are rounded, where their mean square is 1"""
_MOST = 127


def save_states(path: Path, texts: Sequence[str], states: Floats) -> None:
    """Write the principal components of the states (texts, any width) as Parquet.

    Beside the hashes of the texts, in eight bits: 384 numbers in half precision take 15 times as
    much room.
    """
    import pyarrow
    import pyarrow.parquet

    apart = states - states.mean(axis=0, dtype=np.float64)
    _, directions = np.linalg.eigh(apart.T @ apart)
    parts = apart @ directions[:, ::-1][:, :WIDTH]
    steps = np.rint(parts / np.sqrt(np.mean(parts**2)) / STEP).clip(-_MOST, _MOST).astype(np.int8)
    columns = {"text": pyarrow.array([key_of(text) for text in texts], pyarrow.uint64())}
    columns |= {f"{STATE}_{number:02}": pyarrow.array(part) for number, part in enumerate(steps.T)}
    pyarrow.parquet.write_table(
        pyarrow.table(columns), path, compression="zstd", compression_level=19, use_dictionary=False
    )


def ask_states(path: Path, texts: Sequence[str]) -> Floats:
    """Return the components (texts, WIDTH or fewer) of the states; NaN for texts not in the file.

    Raises DataError.
    """
    import pyarrow.parquet

    try:
        written = pyarrow.parquet.read_table(path)
        places = {key: place for place, key in enumerate(written["text"].to_pylist())}
        names = [name for name in written.column_names if name.startswith(f"{STATE}_")]
        parts = np.stack([written[name].to_numpy() for name in names], axis=1)
    except (OSError, KeyError, ValueError) as error:
        raise DataError(f"{path} holds no states. Make some: flask model teach --help") from error
    rows = np.array([places.get(key_of(text), -1) for text in texts], np.intp)
    states = np.full((len(texts), len(names)), np.nan, np.float32)
    states[rows >= 0] = STEP * parts[rows[rows >= 0]]
    return states
