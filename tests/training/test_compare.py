"""`flask model compare`: three networks on one split, a table, figures and plots."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo

from moderation.training.article import build_lstm, build_lstm_cnn
from moderation.training.cli import model_cli
from moderation.training.compare import Comparison, Result, as_section
from moderation.training.metrics import full_report
from moderation.training.plots import write_plots
from tests.tiny_model import made_up_comments, write_csv

RECIPE = """
vectors = "learned"
vocabulary = 300
projection = 8
hidden = 8
batch = 32
epochs = 2
learning_rate = 0.02
validation = 0.3
seed = 4
"""
PLOTS = ("training.svg", "roc.svg", "precision-recall.svg", "reliability.svg")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("comparison")


@pytest.fixture(scope="module")
def compare(folder):
    data = write_csv(folder / "train.csv", made_up_comments(200))
    (folder / "recipe.toml").write_text(RECIPE)

    def run(out, *options):
        arguments = (
            "compare", "--data", data, "--config", folder / "recipe.toml",
            "--cache", folder / "cache", "--out", folder / out, "--rows", 100, *options,
        )  # fmt: skip
        info = ScriptInfo(create_app=lambda: Flask("test"))
        return CliRunner().invoke(model_cli, [str(a) for a in arguments], obj=info)

    return run


@pytest.fixture(scope="module")
def once(compare):
    """One comparison, made for all tests that only look at it."""
    return compare("once", "--json")


def test_it_trains_three_networks_and_writes_table_figures_and_plots(once, folder):
    assert once.exit_code == 0, once.output
    figures = json.loads(once.stdout)
    assert figures["rows"]["train"] == 100
    assert list(figures["networks"]) == ["LSTM", "LSTM-CNN", "ours"]
    for network in figures["networks"].values():
        assert len(network["history"]) == 2
        assert network["parameters"] > 0
        assert {"auc", "auc_interval", "bands"} <= set(network["classes"]["toxic"])
    assert json.loads((folder / "once" / "figures.json").read_text()) == figures
    table = (folder / "once" / "table.md").read_text()
    assert "|  | LSTM | LSTM-CNN | ours |" in table
    assert "seed 4" in table
    for name in PLOTS:
        ElementTree.parse(folder / "once" / name)


def test_the_same_seed_gives_the_same_figures_and_people_get_a_table(once, compare, folder):
    first, told = json.loads(once.stdout), compare("again").stdout
    assert "mean AUC" in told
    again = json.loads((folder / "again" / "figures.json").read_text())
    for name, network in first["networks"].items():
        assert network["mean_auc"] == pytest.approx(again["networks"][name]["mean_auc"], abs=1e-4)


@pytest.mark.parametrize(
    ("option", "vectors", "complaint"),
    [
        ("--article-vectors", "glove", "not known"),
        ("--vectors", "minilm:/nowhere", "does not hold MiniLM's files"),
    ],
)
def test_vectors_that_cannot_be_had_are_named_before_anything_is_trained(
    compare, option, vectors, complaint
):
    result = compare("none", option, vectors)
    assert result.exit_code == 1
    assert complaint in result.stderr
    assert "epoch" not in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("build", [build_lstm, build_lstm_cnn])
def test_ready_vectors_are_kept_as_they_are(build):
    vectors = np.ones((20, 7), np.float32)
    network = build(20, vectors)
    (kept,) = network.non_trainable_weights
    assert np.array_equal(np.asarray(kept), vectors)
    assert all(weight.shape != (20, 7) for weight in network.trainable_weights)
    scores = np.asarray(network(np.array([[3, 4, 0], [5, 0, 0]], np.int32)))
    assert scores.shape == (2, 6)


@pytest.mark.parametrize("build", [build_lstm, build_lstm_cnn])
def test_padding_does_not_change_a_score(build):
    network = build(20)
    alone = np.asarray(network(np.array([[3, 4]], np.int32)))
    padded = np.asarray(network(np.array([[3, 4, 0, 0, 0]], np.int32)))
    assert padded == pytest.approx(alone, abs=1e-6)


@pytest.fixture
def made_up_comparison():
    dice = np.random.default_rng(3)
    labels = (dice.uniform(size=(400, 6)) < 0.3).astype(float)
    labels[0, 0] = np.nan
    weights = np.ones(400)
    results = []
    for name, skill in (("LSTM", 0.2), ("LSTM-CNN", 0.4), ("ours", 0.7)):
        scores = np.clip(dice.uniform(0, 1 - skill, (400, 6)) + skill * np.nan_to_num(labels), 0, 1)
        scores[1] = np.nan
        history = [{"loss": 0.3, "auc": 0.8}, {"loss": 0.2, "auc": 0.9}]
        figures = full_report(labels[2:], scores[2:], weights[2:])
        results.append(Result(name, "learned", 1000, 3.2, history, figures, scores))
    about = {
        "date": "2026-11-01", "files": {}, "rows": {"train": 1, "validation": 400}, "seed": 4,
        "epochs": 2, "cores": 2,
    }  # fmt: skip
    return Comparison(about, labels, weights, results)


def test_plots_are_the_same_for_the_same_figures(made_up_comparison, tmp_path):
    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        folder.mkdir()
        assert [path.name for path in write_plots(made_up_comparison, folder)] == list(PLOTS)
    for name in PLOTS:
        one, two = ((folder / name).read_bytes() for folder in folders)
        assert one == two
        assert b"identity_hate" in one or name == "training.svg"


def test_the_table_names_the_best_epoch_and_every_figure(made_up_comparison):
    rows = {row[0]: row[1:] for row in as_section(made_up_comparison).rows}
    assert rows["best epoch"] == ["2", "2", "2"]
    assert rows["parameters to learn"] == ["1,000"] * 3
    aucs = [float(cell.split()[0]) for cell in rows["mean AUC"]]
    assert aucs == sorted(aucs)
    assert "threat: average precision" in rows
