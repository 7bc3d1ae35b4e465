"""The whole recipe on comments made up here: from files to a model that serves."""

import json

import numpy as np
import pytest

from moderation.scoring.artefact import MODELS_DIR, load_artefact
from moderation.scoring.onnx_scorer import OnnxScorer
from moderation.training.card_page import render
from moderation.training.soft_labels import save_soft_labels
from tests.tiny_model import made_up_comments, write_csv

RECIPE = """
vectors = "learned"
vocabulary = 300
projection = 8
units = [6]
hidden = 8
batch = 32
learning_rate = 0.02
validation = 0.3
"""


@pytest.fixture
def data(tmp_path):
    return write_csv(tmp_path / "train.csv", made_up_comments(400))


def test_the_recipe_learns_to_tell_rude_from_kind(tiny_models):
    artefact = load_artefact(tiny_models / "1.0")
    assert artefact.card["metrics"]["validation"]["classes"]["toxic"]["auc"] > 0.95
    rude, kind = OnnxScorer(artefact).score(
        ["you stupid idiot, this recipe is rubbish (b7)", "thank you for our garden (a7)"]
    )
    assert rude["toxic"] > 0.5 > kind["toxic"]


def test_the_card_says_what_the_model_was_made_of(tiny_models):
    card = load_artefact(tiny_models / "1.0").card
    assert card["seed"] == card["recipe"]["seed"] == 3
    (source,) = card["sources"]
    assert source["file"] == "train.csv"
    assert source["rows"] == 400
    assert len(source["sha256"]) == 64
    assert {"tensorflow", "keras", "onnx", "tokenizers", "python"} <= set(card["libraries"])
    assert card["thresholds"]["precision"] == card["recipe"]["review_precision"]


@pytest.mark.parametrize("where", ["tiny", "shipped"])
def test_the_card_for_people_is_made_from_the_card(where, tiny_models):
    models = tiny_models if where == "tiny" else MODELS_DIR
    (folder,) = (path.parent for path in models.glob("*/card.json"))
    card = json.loads((folder / "card.json").read_text())
    assert (folder / "MODEL_CARD.md").read_text() == render(card)


def test_train_writes_a_version_that_loads(flask_model, data, tmp_path):
    (tmp_path / "recipe.toml").write_text(RECIPE)
    soft = tmp_path / "lstm.parquet"
    save_soft_labels(soft, ["you stupid idiot"], np.array([[2.0] * 6]), "lstm")
    arguments = (
        "train", "--data", data, "--version", "2.0", "--out", tmp_path / "out", "--epochs", 1,
        "--config", tmp_path / "recipe.toml", "--cache", tmp_path / "cache", "--seed", 5,
        "--teacher", soft,
    )  # fmt: skip
    result = flask_model(*arguments)
    assert result.exit_code == 0, result.output
    artefact = load_artefact(tmp_path / "out" / "2.0")
    assert artefact.card["recipe"]["epochs"] == 1
    assert artefact.card["recipe"]["units"] == [6]
    assert artefact.card["seed"] == 5
    (teacher,) = artefact.card["teachers"]
    assert (teacher["file"], teacher["kind"]) == ("lstm.parquet", "lstm")
    assert any("teach" in line and "--kind lstm" in line for line in artefact.card["rebuild"])
    assert list((tmp_path / "cache").glob("*.npz"))
    again = flask_model(*arguments)
    assert again.exit_code == 1
    assert "choose another --version" in again.output


def test_the_same_seed_gives_the_same_scores(flask_model, data, tmp_path):
    (tmp_path / "recipe.toml").write_text(RECIPE)
    scores = []
    for version in ("1", "2"):
        flask_model("train", "--data", data, "--version", version, "--out", tmp_path / "out",
                    "--epochs", 1, "--config", tmp_path / "recipe.toml",
                    "--cache", tmp_path / version)  # fmt: skip
        artefact = load_artefact(tmp_path / "out" / version)
        scores.append(OnnxScorer(artefact).score(["your article is rubbish"])[0]["toxic"])
    assert scores[0] == pytest.approx(scores[1], abs=1e-5)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--vectors", "glove"), "not known"),
        (("--vectors", "minilm:/nowhere"), "does not hold MiniLM's files"),
        (("--vectors", "fasttext:/nowhere.vec"), "not a fastText .vec file"),
        (("--epochs", "0"), "--epochs"),
    ],
)
def test_what_cannot_be_trained_is_said_in_a_line(
    flask_model, data, tmp_path, arguments, complaint
):
    result = flask_model("train", "--data", data, "--version", "2.0", "--out", tmp_path, *arguments)
    assert result.exit_code in (1, 2)
    assert complaint in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", ["train", "evaluate", "record", "compare", "score"])
def test_each_command_shows_an_example(flask_model, command):
    result = flask_model(command, "--help")
    assert "Example:" in result.output
    assert f"flask model {command}" in result.output
