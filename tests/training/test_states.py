"""What a teacher makes of texts inside, and how the LSTMs learn it."""

import keras
import numpy as np
import pytest

from moderation.scoring.artefact import file_hash, load_artefact
from moderation.scoring.labels import LABELS
from moderation.scoring.onnx_scorer import OnnxScorer
from moderation.training.config import TrainingConfig
from moderation.training.dataset import DataError
from moderation.training.fit import loss_with_states, masked_loss
from moderation.training.network import build_network
from moderation.training.soft_labels import save_soft_labels
from moderation.training.states import STEP, WIDTH, ask_states, save_states
from moderation.training.table import build_table, save_table
from moderation.training.targets import TARGETS
from tests.tiny_model import made_up_comments, write_csv

SMALL = TrainingConfig(projection=8, units=(6,), hidden=8)
IDS = np.array([[2, 3, 4, 5], [6, 7, 0, 0]], np.int32)


@pytest.fixture
def states():
    """Of 200 texts, 90 numbers, which come from three that differ less and less, and noise."""
    dice = np.random.default_rng(4)
    three = dice.normal(size=(200, 3)) * [20, 10, 5]
    return three @ dice.normal(size=(3, 90)) + 0.01 * dice.normal(size=(200, 90)) + 7


def test_states_come_back_to_their_texts_by_what_they_differ_in_most(tmp_path, states):
    texts = [f"text {number}" for number in range(200)]
    save_states(tmp_path / "states", texts, states)
    found = ask_states(tmp_path / "states", [*texts[::-1], "nobody's"])
    assert found.shape == (201, WIDTH)
    assert np.isnan(found[-1]).all()
    found = found[:-1][::-1]
    assert np.mean(found**2) == pytest.approx(1, abs=0.01)
    spread = found.std(axis=0)
    assert spread[0] > spread[1] > spread[2] > 0.2
    assert not found[:, 3:].any()  # noise is less than a step
    # Texts are as far from each other as they were, in other units.
    before = np.linalg.norm(states[:, None] - states[None], axis=2)
    after = np.linalg.norm(found[:, None] - found[None], axis=2)
    off = after - before * after.mean() / before.mean()
    assert np.abs(off).max() < 2 * STEP


def test_a_state_far_off_stays_at_the_end_of_what_eight_bits_hold(tmp_path):
    many = np.zeros((5000, 2))
    many[0], many[1] = [900, 0], [-900, 0]
    save_states(tmp_path / "states", [str(number) for number in range(5000)], many)
    first, second, third = ask_states(tmp_path / "states", ["0", "1", "2"])
    assert abs(first[0]) == pytest.approx(127 * STEP)
    assert second[0] == -first[0]
    assert not third.any()


def test_what_holds_no_states_says_so(tmp_path):
    save_soft_labels(tmp_path / "soft", ["a"], np.zeros((1, len(LABELS))), "linear")
    (tmp_path / "note").write_text("no table")
    for name in ("soft", "note", "nowhere"):
        with pytest.raises(DataError, match="holds no states"):
            ask_states(tmp_path / name, ["a"])


def test_the_loss_counts_the_states_that_are_known():
    dice = np.random.default_rng(2)
    labels = dice.uniform(size=(3, len(TARGETS))).astype(np.float32)
    said = dice.uniform(0.1, 0.9, size=(3, len(TARGETS))).astype(np.float32)
    labels[0, 2] = np.nan
    states = np.array([[1.0, 2], [np.nan, np.nan], [0, 0]], np.float32)
    found = np.array([[1.0, 4], [9, 9], [0, 2]], np.float32)
    loss = loss_with_states(0.5)(
        keras.ops.convert_to_tensor(np.hstack([labels, states])),
        keras.ops.convert_to_tensor(np.hstack([said, found])),
    )
    assert float(loss) == pytest.approx(float(masked_loss(labels, said)) + 0.5 * 8 / 4, abs=1e-5)


def test_the_loss_of_states_that_nobody_knows_is_that_of_the_labels():
    labels = np.full((2, len(TARGETS)), 0.2, np.float32)
    nothing = np.full((2, 3), np.nan, np.float32)
    loss = loss_with_states(0.5)(
        keras.ops.convert_to_tensor(np.hstack([labels, nothing])),
        keras.ops.convert_to_tensor(np.hstack([labels, np.ones((2, 3), np.float32)])),
    )
    assert float(loss) == pytest.approx(float(masked_loss(labels, labels)), abs=1e-5)


def test_a_network_says_the_states_after_the_labels_from_its_pooled_words():
    network = build_network(SMALL, 20, states=5)
    said = network.predict_on_batch(IDS)
    assert said.shape == (2, len(TARGETS) + 5)
    inside = keras.Model(network.input, network.get_layer("pooling").output)
    kernel, bias = network.get_layer("state").get_weights()
    np.testing.assert_allclose(
        said[:, len(TARGETS) :], inside.predict_on_batch(IDS) @ kernel + bias, atol=1e-5
    )
    assert (said[:, : len(TARGETS)] > 0).all()
    assert (said[:, : len(TARGETS)] < 1).all()


def test_training_learns_from_states_and_serves_without_them(tmp_path, flask_model):
    data = write_csv(tmp_path / "train.csv", made_up_comments(240))
    table = build_table([data], fragments=300)
    save_table(table, tmp_path / "table.parquet")
    pieces = [
        text
        for text, form in zip(table.rows.texts, table.rows.forms, strict=True)
        if form == "fragment"
    ]
    kind = "minilm --unlabelled --states states.parquet"
    save_soft_labels(tmp_path / "soft", pieces, np.zeros((len(pieces), len(LABELS))), kind)
    lengths = np.array([[len(text), text.count("e")] for text in pieces], float)
    save_states(tmp_path / "states.parquet", pieces, lengths)
    losses = {}
    for weight in (0.0, 1.0):
        recipe = tmp_path / f"{weight}.toml"
        recipe.write_text(
            'vectors = "learned"\nvocabulary = 300\nprojection = 8\nunits = [6]\nhidden = 8\n'
            f"epochs = 12\nbatch = 32\nlearning_rate = 0.02\nvalidation = 0.3\nstates = {weight}\n"
        )
        result = flask_model(
            "train", "--data", tmp_path / "table.parquet", "--teacher", tmp_path / "soft",
            "--states", tmp_path / "states.parquet", "--config", recipe,
            "--version", str(weight), "--out", tmp_path, "--cache", tmp_path / "cache",
        )  # fmt: skip
        assert result.exit_code == 0, result.output
        artefact = load_artefact(tmp_path / str(weight))
        losses[weight] = [epoch["loss"] for epoch in artefact.card["history"]]
        assert artefact.card["states"]["file"] == "states.parquet"
        _, teach, train = artefact.card["rebuild"]
        assert "--kind minilm --unlabelled --states states.parquet --out soft" in teach
        assert "--teacher soft --states states.parquet" in train
        page = (artefact.folder / "MODEL_CARD.md").read_text()
        for name in ("soft", "states.parquet"):
            assert f"| {name} | {file_hash(tmp_path / name)} |" in page
        (scores,) = OnnxScorer(artefact).score(["thank you for our garden"])
        assert set(scores) == set(LABELS)
    apart = np.subtract(losses[1.0], losses[0.0])
    assert apart.max() > 0.6  # the mean square of what is to be learned is 1
    assert apart[-1] < 0.5


def test_a_weight_below_nothing_is_refused(tmp_path, flask_model):
    data = write_csv(tmp_path / "train.csv", made_up_comments(40))
    (tmp_path / "recipe.toml").write_text("states = -0.1\n")
    result = flask_model(
        "train", "--data", data, "--config", tmp_path / "recipe.toml", "--version", "1",
        "--out", tmp_path,
    )  # fmt: skip
    assert result.exit_code == 1
    assert "states must be at least 0" in result.output
