"""How long one comment takes, on one thread.

    python -m benchmarks.scoring

Prints the network alone at 64 tokens, cleaning and tokenising, the whole scorer on a comment of 70
words, and, where TensorFlow is installed, Keras's `predict` on the same input and the ratio.
"""

import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from moderation.scoring.artefact import find_artefact, load_artefact
from moderation.scoring.onnx_scorer import OnnxScorer

TOKENS = 64
COMMENT = (
    "I walked past the old harbour this morning and the new benches are really lovely, but whoever "
    "decided to put the bins right beside them can't have thought about it for long! On a warm day "
    "you smell nothing else. Could the council please move them to the other side, next to the "
    "bicycle stand, before the summer festival starts? I'm happy to help, and so are my neighbours."
)


def milliseconds(call: Callable[[], object], times: int) -> float:
    """The median time of one call, after a few to warm up."""
    for _ in range(3):
        call()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1e3


def main() -> None:
    start = time.perf_counter()
    artefact = load_artefact(find_artefact())
    print(f"load and verify        {(time.perf_counter() - start) * 1e3:8.0f} ms")
    dice = np.random.default_rng(0)
    ids = dice.integers(2, artefact.tokeniser.vocabulary_size, (1, TOKENS)).astype(np.int32)
    scorer = OnnxScorer(artefact)
    network = milliseconds(lambda: artefact.network.run(None, {"ids": ids}), 300)
    print(f"network, {TOKENS} tokens     {network:8.2f} ms")
    words, tokens = len(COMMENT.split()), len(artefact.tokeniser.read(COMMENT) or [])
    reading = milliseconds(lambda: artefact.tokeniser.read(COMMENT), 300)
    print(f"clean and tokenise     {reading:8.2f} ms  ({words} words, {tokens} tokens)")
    whole = milliseconds(lambda: scorer.score([COMMENT]), 300)
    print(f"the whole comment      {whole:8.2f} ms")
    long = milliseconds(lambda: scorer.score([(COMMENT * 30)[:10_000]]), 10)
    print(f"10,000 characters      {long:8.2f} ms")
    try:
        import keras
        import tensorflow as tf

        import moderation.training.network  # noqa: F401 - makes its layer known to Keras
    except ImportError:
        print("Keras predict                 –     (TensorFlow is not installed)")
        return
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    trained = keras.models.load_model(artefact.folder / "network.keras")
    predict = milliseconds(lambda: trained.predict(ids, verbose=0), 20)
    print(f"Keras predict          {predict:8.2f} ms  ({predict / network:.0f} times the network)")


if __name__ == "__main__":
    main()
