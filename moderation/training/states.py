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


def save_states(path: Path, texts: Sequence[str], states: Floats) -> None:
    """Write the states (texts, width) in half precision as Parquet, by the hashes of the texts."""
    import pyarrow
    import pyarrow.parquet

    flat = pyarrow.array(states.astype(np.float16).ravel())
    columns = {
        "text": pyarrow.array([key_of(text) for text in texts], pyarrow.uint64()),
        STATE: pyarrow.FixedSizeListArray.from_arrays(flat, states.shape[1]),
    }
    pyarrow.parquet.write_table(pyarrow.table(columns), path, compression="zstd")


def ask_states(path: Path, texts: Sequence[str]) -> Floats:
    """Return the states (texts, width), each number with mean 0 and deviation 1; NaN if unknown.

    Raises DataError.
    """
    import pyarrow.parquet

    try:
        written = pyarrow.parquet.read_table(path).combine_chunks()
        places = {key: place for place, key in enumerate(written["text"].to_pylist())}
        flat = written[STATE].chunk(0).flatten().to_numpy(zero_copy_only=False)
    except (OSError, KeyError, ValueError, IndexError) as error:
        raise DataError(f"{path} holds no states. Make some: flask model teach --help") from error
    rows = np.array([places.get(key_of(text), -1) for text in texts], np.intp)
    known = flat.reshape(len(places), -1)[rows[rows >= 0]].astype(np.float32)
    states = np.full((len(texts), known.shape[1]), np.nan, np.float32)
    states[rows >= 0] = (known - known.mean(axis=0)) / (known.std(axis=0) + 1e-6)
    return states
