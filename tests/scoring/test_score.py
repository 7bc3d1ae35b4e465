"""Scores as served: ONNX equals Keras, padding changes nothing, the unreadable gets no score."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.scoring.artefact import load_artefact, review_thresholds
from moderation.scoring.batches import pad
from moderation.scoring.labels import LABELS
from moderation.scoring.onnx_scorer import OnnxScorer
from moderation.scoring.scorer import ScorerUnavailable
from moderation.settings import ROOT
from moderation.text.tokens import WINDOW

SHIPPED = sorted((ROOT / "models").glob("*/card.json"))
LENGTHS = [*range(1, 12), 50, WINDOW - 1, WINDOW, WINDOW + 1, 3 * WINDOW]


@pytest.fixture(scope="session", params=["tiny", "shipped"])
def artefact(request, tiny_models):
    if request.param == "tiny":
        return load_artefact(tiny_models / "1.0")
    return load_artefact(SHIPPED[0].parent)


@pytest.fixture(scope="session")
def shipped():
    return OnnxScorer(load_artefact(SHIPPED[0].parent))


def run(session, ids):
    (scores,) = session.run(None, {"ids": np.asarray(ids, np.int32)})
    return scores


@pytest.fixture(scope="session")
def keras_network(artefact):
    import keras

    import moderation.training.network  # noqa: F401 - makes its layer known to Keras

    return keras.models.load_model(artefact.folder / "network.keras")


@pytest.fixture(scope="session")
def exported(keras_network, tmp_path_factory):
    """The network as ONNX in fp32; what is served may be int8."""
    import onnxruntime

    from moderation.training.export import export_onnx

    path = tmp_path_factory.mktemp("exported") / "network.onnx"
    export_onnx(keras_network, path)
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("length", LENGTHS)
def test_keras_and_onnx_agree_at_every_length(artefact, keras_network, exported, length):
    dice = np.random.default_rng(length)
    ids = dice.integers(1, artefact.tokeniser.vocabulary_size, (3, length)).astype(np.int32)
    np.testing.assert_allclose(
        run(exported, ids), np.asarray(keras_network(ids, training=False)), atol=1e-4
    )


def test_keras_and_onnx_agree_on_a_batch_of_mixed_lengths(artefact, keras_network, exported):
    ids = mixed_batch(artefact)
    np.testing.assert_allclose(
        run(exported, ids), np.asarray(keras_network(ids, training=False)), atol=1e-4
    )


def test_padding_never_changes_a_score(artefact, keras_network, exported):
    ids = mixed_batch(artefact)
    alone = np.concatenate([run(exported, [row[row != 0]]) for row in ids])
    np.testing.assert_allclose(run(exported, ids), alone, atol=1e-6)
    wider = np.pad(ids, ((0, 0), (0, 40)))
    np.testing.assert_allclose(run(exported, wider), alone, atol=1e-6)
    np.testing.assert_allclose(np.asarray(keras_network(wider, training=False)), alone, atol=1e-4)


def test_company_changes_no_bit_of_a_score_however_many_stand_together(artefact, exported):
    dice = np.random.default_rng(3)
    lengths = [*range(1, 40), *LENGTHS]
    texts = [dice.integers(1, artefact.tokeniser.vocabulary_size, n).tolist() for n in lengths]
    alone = np.concatenate([run(exported, [ids]) for ids in texts])
    for together in (2, 3, 4, 5, 8):
        starts = range(0, len(texts), together)
        found = [run(exported, pad(texts[start : start + together])) for start in starts]
        np.testing.assert_array_equal(np.concatenate(found), alone)


def test_neither_padding_nor_company_changes_a_score_as_served(artefact):
    """As int8 too: its numbers are scaled alike in each run, whatever stands in it."""
    ids = mixed_batch(artefact)
    alone = np.concatenate([run(artefact.network, [row[row != 0]]) for row in ids])
    np.testing.assert_allclose(run(artefact.network, ids), alone, atol=1e-6)
    wider = np.pad(ids, ((0, 0), (0, 40)))
    np.testing.assert_allclose(run(artefact.network, wider), alone, atol=1e-6)


def test_what_serves_says_what_was_trained(artefact, exported):
    texts = ["thank you", "you stupid idiot", "what a load of crap, leave our garden be"]
    for text in texts:
        ids = np.asarray([artefact.tokeniser.read(text)], np.int32)
        np.testing.assert_allclose(run(artefact.network, ids), run(exported, ids), atol=0.1)


def mixed_batch(artefact):
    dice = np.random.default_rng(0)
    ids = np.zeros((len(LENGTHS), max(LENGTHS)), np.int32)
    for row, length in zip(ids, LENGTHS, strict=True):
        row[:length] = dice.integers(1, artefact.tokeniser.vocabulary_size, length)
    return ids


def test_a_comment_scores_the_same_alone_and_in_company(artefact):
    scorer = OnnxScorer(artefact)
    texts = ["thank you", "you stupid idiot " * 300, "could somebody explain the old bridge?"]
    together = scorer.score(texts)
    assert together == [scorer.score([text])[0] for text in texts]


def test_each_label_has_a_probability(artefact):
    (scores,) = OnnxScorer(artefact).score(["thank you for your article"])
    assert tuple(scores) == LABELS
    assert all(0 <= score <= 1 for score in scores.values())


@pytest.mark.parametrize("text", ["", " \n\t", "\x00", "\ud800", "\u200b", "Привет, как дела"])
def test_what_cannot_be_read_gets_no_score(artefact, text):
    assert OnnxScorer(artefact).score([text]) == [None]


@settings(deadline=None, max_examples=60)
@given(text=st.text(max_size=80))
def test_every_string_gets_an_answer(shipped, text):
    (scores,) = shipped.score([text])
    assert scores is None or all(np.isfinite(list(scores.values())))


@pytest.mark.parametrize(
    "text", ["😀" * 10_000, "a" * 1_000_000, "you idiot " * 1_000, "!" * 10_000, "مرحبا" * 2_000]
)
def test_a_huge_text_gets_an_answer(shipped, text):
    assert len(shipped.score([text])) == 1


def test_abuse_at_the_end_of_a_long_comment_is_found(shipped):
    polite = "The bridge was repaired in the spring and the ferry runs again on weekdays. " * 130
    rude = polite + "you are a stupid idiot and I hate you"
    (before,), (after,) = shipped.score([polite]), shipped.score([rude])
    assert before["toxic"] < 0.2 < 0.8 < after["toxic"]


@pytest.mark.parametrize(
    "text",
    [
        "you are a stupid idiot and I hate you",
        "y o u  a r e  a n  i d i o t",
        "what a stuuuupid f.u.c.k.i.n.g idea, you m0ron, go to hell",
    ],
)
def test_open_abuse_is_over_a_review_threshold(shipped, text):
    (scores,) = shipped.score([text])
    assert crossed(shipped, scores)


@pytest.mark.parametrize(
    "text",
    [
        "Thank you, that was exactly the answer I needed.",
        "Have a lovely day everyone!",
        "hello",
        "I disagree: the second benchmark ignores the cost of loading the model.",
        "How do I kill a process that listens on port 8000?",
        "The function returns None when the child process was terminated.",
        "Does anybody know when the library opens on Saturdays?",
        "My grandmother's soup recipe uses two onions and a bay leaf.",
        "The train was late again, but the staff were kind and found me a seat.",
        "Please add a source for the third paragraph; the link is dead.",
        "😀",
        "ok",
        "What time is it?",
    ],
)
def test_an_ordinary_comment_is_under_every_review_threshold(shipped, text):
    (scores,) = shipped.score([text])
    assert not crossed(shipped, scores), scores


def crossed(scorer, scores):
    thresholds = review_thresholds(scorer._artefact.card)
    return {label for label in LABELS if scores[label] >= thresholds[label]}


def test_a_failing_runtime_is_reported_as_unavailable(tiny_models):
    artefact = load_artefact(tiny_models / "1.0")

    class Broken:
        def run(self, *_):
            raise RuntimeError("out of memory")

    object.__setattr__(artefact, "network", Broken())
    with pytest.raises(ScorerUnavailable, match="RuntimeError"):
        OnnxScorer(artefact).score(["hello there"])


def test_the_shipped_networks_are_small_enough_to_keep_in_history():
    folder = SHIPPED[0].parent
    size = sum(path.stat().st_size for path in folder.glob("network.*"))
    assert len(SHIPPED) == 1
    assert size < 40e6


def test_scoring_does_not_import_tensorflow(tiny_models):
    code = (
        "import sys; from pathlib import Path\n"
        "from moderation.scoring.artefact import load_artefact, review_thresholds\n"
        "from moderation.scoring.onnx_scorer import OnnxScorer\n"
        "import moderation.training.cli\n"
        f"OnnxScorer(load_artefact(Path({str(tiny_models / '1.0')!r}))).score(['hello'])\n"
        "assert not {'tensorflow', 'keras', 'onnx', 'sklearn', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(ROOT))
