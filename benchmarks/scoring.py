"""How long one comment takes on one thread, against what else one might serve with.

    python -m benchmarks.scoring [--models models] [--json]

All in one run, because only ratios can be compared between machines: the network at 64 tokens as
fp32 and as int8, the time that its multiplications would take at the speed of one core's large
matrix product (the roofline), a comment of 70 words with cleaning and tokenising, comments per
second on two cores, memory, start; Keras's `predict` and, in PyTorch, a BERT-base of random
weights on the same 64 tokens. What is not installed is left out and said
(`pip install torch`, its build for CPUs, in an environment of its
own). `--json` prints what `flask model record speed FILE` takes into the model's card.
"""

import argparse
import json
import multiprocessing
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from moderation.scoring.artefact import MODELS_DIR, NETWORK, find_artefact, load_artefact
from moderation.scoring.onnx_scorer import OnnxScorer
from moderation.text.lexicon import LEXICON

TOKENS = 64
BULK = 1500
COMMENT = (
    "I walked past the old harbour this morning and the new benches are really lovely, but whoever "
    "decided to put the bins right beside them can't have thought about it for long! On a warm day "
    "you smell nothing else. Could the council please move them to the other side, next to the "
    "bicycle stand, before the summer festival starts? I'm happy to help, and so are my neighbours."
)
Row = tuple[str, float | None, str]


def milliseconds(call: Callable[[], object], times: int) -> float:
    """The median time of one call in the quietest of five rounds, after a few to warm up.

    What else the machine does in a round only ever makes it longer.
    """
    for _ in range(3):
        call()
    rounds = []
    for _ in range(5):
        taken = []
        for _ in range(times):
            start = time.perf_counter()
            call()
            taken.append(time.perf_counter() - start)
        rounds.append(statistics.median(taken))
    return min(rounds) * 1e3


def in_turn(call: Callable[[], object], network: Callable[[], object]) -> tuple[float, float]:
    """The median milliseconds of a call, and how many times the network's own they are.

    One after the other: what else the machine does just then meets both.
    """
    taken = [(milliseconds(call, 1), milliseconds(network, 50)) for _ in range(15)]
    times = [slow / fast for slow, fast in taken]
    return statistics.median(slow for slow, _ in taken), statistics.median(times)


def serving(models: Path) -> tuple[list[Row], Callable[[], object]]:
    """What serving costs, and a call of the served network."""
    before = resident()
    start = time.perf_counter()
    artefact = load_artefact(find_artefact(models))
    scorer = OnnxScorer(artefact)
    scorer.score([COMMENT])
    ready = time.perf_counter() - start
    ids = some_ids(artefact.tokeniser.vocabulary_size)

    def network() -> object:
        return artefact.network.run(None, {"ids": ids})

    words, tokens = len(COMMENT.split()), len(artefact.tokeniser.read(COMMENT) or [])
    others = iter(some_comments(5000))
    reading = milliseconds(lambda: artefact.tokeniser.read(next(others)), 300)
    whole = milliseconds(lambda: scorer.score([next(others)]), 300)
    long = milliseconds(lambda: scorer.score([(COMMENT * 30)[:10_000]]), 10)
    return [
        (
            f"network as served, {TOKENS} tokens, ms",
            milliseconds(network, 300),
            "0.6 fp32, 0.3 int8",
        ),
        ("clean and tokenise, ms", reading, f"{words} words, {tokens} tokens"),
        ("the whole comment, ms", whole, "under 1"),
        ("10,000 characters, ms", long, ""),
        ("load, verify, first score, s", ready, "under 1"),
        ("memory of the scorer, MB", resident() - before, "what it adds to a process"),
        ("memory of the scorer's process, MB", resident(), "under 160"),
    ], network


def resident() -> float:
    """Megabytes of memory that this process holds (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def some_ids(vocabulary: int) -> Any:
    return np.random.default_rng(0).integers(2, vocabulary, (1, TOKENS)).astype(np.int32)


def some_comments(count: int) -> list[str]:
    """Comments that differ: in each, one word in ten is another of the lexicon.

    The tokeniser keeps words that came before, and the same comment again would be read for
    nothing. Of 60,000 real comments eleven words in twelve were kept ones (decision 103).
    """
    random, words = np.random.default_rng(0), sorted(LEXICON)
    comments = []
    for _ in range(count):
        comment = COMMENT.split()
        for place in random.choice(len(comment), len(comment) // 10, replace=False):
            comment[place] = words[random.integers(len(words))]
        comments.append(" ".join(comment))
    return comments


def bulk(models: Path) -> list[Row]:
    """Comments per second in two processes, the time from one barrier to the last answer."""
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(2), context.SimpleQueue()
    workers = [context.Process(target=score_many, args=(models, barrier, answers)) for _ in "ab"]
    for worker in workers:
        worker.start()
    spans = [answers.get() for _ in workers]
    for worker in workers:
        worker.join()
    seconds = max(end for _, end in spans) - min(start for start, _ in spans)
    return [("70-word comments a second, two cores", 2 * BULK / seconds, "3,000")]


def score_many(models: Path, barrier: Any, answers: Any) -> None:
    scorer = OnnxScorer(load_artefact(find_artefact(models)))
    scorer.score([COMMENT])
    comments = some_comments(BULK)
    barrier.wait()
    start = time.monotonic()
    scorer.score(comments)
    answers.put((start, time.monotonic()))


def other_precision(models: Path) -> list[Row]:
    """The same network in the precision that is not served; the roofline of both."""
    import onnx
    import onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic

    folder = find_artefact(models)
    graph = onnx.load(folder / NETWORK).graph
    is_int8 = any("Quant" in node.op_type or "Integer" in node.op_type for node in graph.node)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / NETWORK
        if is_int8:
            import keras

            import moderation.training.network  # noqa: F401 - makes its layer known to Keras
            from moderation.training.export import export_onnx

            export_onnx(keras.models.load_model(folder / "network.keras"), path)
            graph = onnx.load(path).graph
        else:
            quantize_dynamic(folder / NETWORK, path, weight_type=QuantType.QInt8)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])
        ids = some_ids(100)
        taken = milliseconds(lambda: session.run(None, {"ids": ids}), 300)
    name = "fp32" if is_int8 else "int8, dynamic quantisation"
    floor = multiplications(graph) * 2 / core_speed() * 1e3
    return [
        (f"the same as {name}, ms", taken, ""),
        ("its multiplications at one core's sgemm speed, fp32, ms", floor, "roofline"),
    ]


def multiplications(graph: Any) -> int:
    """Multiply-adds of the graph's matrices and LSTMs at TOKENS tokens (pooled layers too)."""
    sizes = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    total = 0
    for node in graph.node:
        if node.op_type in ("LSTM", "GRU", "MatMul", "Gemm", "Conv"):
            weights = [sizes[name] for name in node.input if len(sizes.get(name, ())) >= 2]
            total += TOKENS * sum(int(np.prod(size)) for size in weights)
    return total


def core_speed() -> float:
    """Floating-point operations per second of a large single-precision product on one core."""
    size = 1024
    one = np.ones((size, size), np.float32)
    return 2 * size**3 / (milliseconds(lambda: one @ one, 10) / 1e3)


def keras_predict(models: Path, network: Callable[[], object]) -> list[Row]:
    import keras
    import tensorflow as tf

    import moderation.training.network  # noqa: F401 - makes its layer known to Keras

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    trained = keras.models.load_model(find_artefact(models) / "network.keras")
    ids = some_ids(100)
    taken, times = in_turn(lambda: trained.predict(ids, verbose=0), network)
    return [("Keras predict, ms", taken, ""), ("times the network", times, "100")]


def bert(_: Path, network: Callable[[], object]) -> list[Row]:
    """Twelve layers of 768 with twelve heads, as BERT-base; the weights do not matter for time."""
    import torch

    torch.set_num_threads(1)
    layer = torch.nn.TransformerEncoderLayer(768, 12, 3072, activation="gelu", batch_first=True)
    encoder = torch.nn.TransformerEncoder(layer, 12).eval()
    words = torch.nn.Embedding(30_522, 768)
    ids = torch.randint(0, 30_522, (1, TOKENS))
    with torch.inference_mode():
        taken, times = in_turn(lambda: encoder(words(ids)), network)
    return [("BERT-base in PyTorch, ms", taken, ""), ("times the network", times, "300")]


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--models", type=Path, default=MODELS_DIR)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows, network = serving(asked.models)  # first: what comes later takes memory
    rows += bulk(asked.models)
    missing = []
    for part in (
        # First of these: TensorFlow takes its number of threads only before it does anything.
        lambda: keras_predict(asked.models, network),
        lambda: other_precision(asked.models),
        lambda: bert(asked.models, network),
    ):
        try:
            rows += part()
        except ImportError as error:
            missing.append(f"{error.name} is not installed")
    how = (
        f"One thread, batch 1, {TOKENS} tokens, the quietest of five medians; "
        f"{platform.machine()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f} when measured. " + "; ".join(missing)
    ).strip()
    if asked.json:
        columns = ["What", "Measured", "Wanted or of what"]
        print(json.dumps({"how": how, "columns": columns, "rows": rows}))
        return
    for name, value, note in rows:
        print(f"{name:58} {value:10.2f}  {note}")
    print(how)


if __name__ == "__main__":
    main()
