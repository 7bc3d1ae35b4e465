"""`flask model evaluate`: its figures, its JSON, and what it says of a bad file."""

import json

import pytest

from moderation.scoring.artefact import load_artefact
from moderation.scoring.labels import LABELS
from moderation.training.card_page import render
from tests.tiny_model import made_up_comments, write_csv

HEADER = "comment_text," + ",".join(LABELS)


@pytest.fixture
def evaluate(flask_model, tiny_folder):
    def run(path, *options):
        return flask_model("evaluate", "--data", path, "--models", tiny_folder.parent, *options)

    return run


@pytest.fixture
def judged_csv(tmp_path):
    return write_csv(tmp_path / "test.csv", made_up_comments(60, seed=9))


def test_json_has_the_figures_of_each_class(evaluate, judged_csv):
    figures = json.loads(evaluate(judged_csv, "--json").stdout)
    assert {"mean_auc", "mean_auc_interval", "n", "classes", "identity"} == set(figures)
    assert figures["n"] == 60
    assert tuple(figures["classes"]) == LABELS
    for of_class in figures["classes"].values():
        assert {"auc", "average_precision", "ece", "bands"} <= set(of_class)
        low, high = of_class["auc_interval"]
        assert low <= of_class["auc"] <= high
    mean = sum(of_class["auc"] for of_class in figures["classes"].values()) / 6
    assert figures["mean_auc"] == pytest.approx(mean)


def test_a_blank_label_is_unknown_and_a_class_of_one_kind_has_no_auc(evaluate, tmp_path):
    rows = made_up_comments(30)
    for row in rows:
        row["threat"] = ""
        row["insult"] = "0"
    figures = json.loads(evaluate(write_csv(tmp_path / "t.csv", rows), "--json").stdout)
    threat = figures["classes"]["threat"]
    assert threat["auc"] is threat["average_precision"] is threat["ece"] is None
    assert threat["auc_interval"] is threat["ece_interval"] is None
    assert figures["classes"]["insult"]["auc"] is None
    assert figures["classes"]["insult"]["ece"] is not None
    assert figures["mean_auc"] is None


def test_a_weight_of_three_counts_as_three_rows(evaluate, tmp_path):
    rows = [{**row, "weight": "1"} for row in made_up_comments(30)]
    rows[0]["weight"] = rows[1]["weight"] = "3"
    weighted = json.loads(evaluate(write_csv(tmp_path / "w.csv", rows), "--json").stdout)
    repeated = [*rows, rows[0], rows[0], rows[1], rows[1]]
    for row in repeated:
        row["weight"] = "1"
    plain = json.loads(evaluate(write_csv(tmp_path / "r.csv", repeated), "--json").stdout)
    for label in LABELS:
        for figure in ("auc", "average_precision", "ece"):
            of_both = [found["classes"][label][figure] for found in (weighted, plain)]
            assert of_both[0] == pytest.approx(of_both[1])


def test_unreadable_comments_are_left_out_and_counted(evaluate, tmp_path):
    rows = made_up_comments(30)
    rows[4]["comment_text"] = "Привет"
    result = evaluate(write_csv(tmp_path / "u.csv", rows), "--json")
    assert json.loads(result.stdout)["n"] == 29
    assert "1 comments could not be read" in result.stderr


def test_record_writes_the_figures_into_the_sealed_card(evaluate, judged_csv, tiny_folder):
    assert evaluate(judged_csv, "--record").exit_code == 0
    card = load_artefact(tiny_folder).card
    (test,) = card["metrics"]["tests"]
    assert test["file"] == "test.csv"
    assert test["n"] == 60
    assert test["version"] == "1.0"
    assert "test.csv" in (tiny_folder / "MODEL_CARD.md").read_text()
    assert (tiny_folder / "MODEL_CARD.md").read_text() == render(card)
    assert "The last on test.csv, of 1.0:" in render(card)
    next_card = render({**card, "version": "1.1"})
    assert "| 1.0 | test.csv |" in next_card
    for page, none in ((render(card), False), (next_card, True)):
        assert ("None of them is of this version." in page) == none


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "row 1: the columns comment_text"),
        (b"comment_text,toxic\nhello,0\n", "row 1: the columns severe_toxic"),
        (f"{HEADER}\n".encode(), "holds no comments"),
        (f"{HEADER}\na,0,0,0,0,0,0\nb,0,yes,0,0,0,0\n".encode(), "row 3: severe_toxic is 'yes'"),
        (f"{HEADER}\na,0,0,0,0,0,2\n".encode(), "row 2: identity_hate is '2'"),
        (f"{HEADER}\na,0,0\n".encode(), "row 2: it must have 7 fields"),
        (f"{HEADER}\na,0,0,0,0,0,0,9\n".encode(), "row 2: it must have 7 fields"),
        (f"{HEADER},weight\na,0,0,0,0,0,0,-1\n".encode(), "row 2: weight is '-1'"),
        (f"{HEADER},weight\na,0,0,0,0,0,0,nan\n".encode(), "row 2: weight is 'nan'"),
        (
            f"{HEADER}\na,0,0,0,0,0,0\n\xff,0,0,0,0,0,0\n".encode("latin-1"),
            "line 3: it is not UTF-8",
        ),
        (f'{HEADER}\n"a,0,0,0,0,0,0\n'.encode(), "row 2"),
    ],
)
def test_a_bad_file_is_explained_in_one_line(evaluate, tmp_path, content, complaint):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    result = evaluate(path, "--json")
    assert result.exit_code in (1, 2)
    assert complaint in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""


def test_a_missing_file_is_explained(evaluate, tmp_path):
    result = evaluate(tmp_path / "none.csv")
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr


def test_without_a_file_it_asks_for_one(flask_model):
    result = flask_model("evaluate")
    assert result.exit_code == 2
    assert "give a file" in result.stderr


def test_a_missing_model_is_explained(flask_model, tmp_path, judged_csv):
    result = flask_model("evaluate", "--data", judged_csv, "--models", tmp_path)
    assert result.exit_code == 1
    assert "holds no model" in result.stderr
