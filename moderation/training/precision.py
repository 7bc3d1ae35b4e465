"""Eight-bit whole numbers in the place of floating point, where that costs nothing."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

from moderation.scoring.artefact import open_network
from moderation.scoring.onnx_scorer import score_ids
from moderation.training.export import WORDS
from moderation.training.metrics import report
from moderation.training.sequences import Sequences

Floats = npt.NDArray[np.floating[Any]]

MOST_LOST = 0.0005
"""mean AUC on validation that the lighter network may lose"""


def lighten(
    path: Path, sequences: Sequences, labels: Floats, weights: Floats
) -> tuple[Floats, dict[str, Any]]:
    """Put the int8 network into the place of the fp32 one at `path`, unless it ranks worse.

    All rows must be readable. Returns the scores (rows, 6) of the network that stays, and what was
    measured, for the card.
    """
    scores = score_all(path, sequences)
    lighter = path.with_suffix(".int8.onnx")
    nodes = onnx.load(path).graph.node
    # Seven bits for the LSTMs' weights: without VNNI, sums of eight overflow, and scores would
    # differ from processor to processor.
    quantize_dynamic(
        path, lighter, weight_type=QuantType.QInt8, reduce_range=True,
        nodes_to_quantize=[n.name for n in nodes if n.op_type == "LSTM" or n.name == WORDS],
    )  # fmt: skip
    light_scores = score_all(lighter, sequences)
    before, after = (report(labels, found, weights)["mean_auc"] for found in (scores, light_scores))
    measured = {
        "mean_auc_fp32": before,
        "mean_auc_int8": after,
        "mean_difference": float(np.abs(scores - light_scores).mean()),
        "most_lost": MOST_LOST,
    }
    if before is not None and before - after < MOST_LOST:
        lighter.replace(path)
        return light_scores, {"served": "int8", **measured}
    lighter.unlink()
    return scores, {"served": "fp32", **measured}


def score_all(path: Path, sequences: Sequences) -> Floats:
    """Return scores (rows, 6) of readable texts by the network at `path`, as they are served."""
    network = open_network(path)
    return score_ids(network, [sequences[row].tolist() for row in range(len(sequences))])
