"""`flask model data` and `flask model teach`, from the command line."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo

from moderation.scoring.labels import LABELS
from moderation.training.cli import model_cli
from moderation.training.comments_csv import read_comments
from moderation.training.dataset import DataError, Rows
from moderation.training.soft_labels import ask_teachers, kind_of, save_soft_labels, soften
from moderation.training.table import load_table
from tests.tiny_model import made_up_comments, write_csv


def run(*arguments):
    info = ScriptInfo(create_app=lambda: Flask("test"))
    return CliRunner().invoke(model_cli, [str(a) for a in arguments], obj=info)


@pytest.fixture
def table(tmp_path):
    data = write_csv(tmp_path / "train.csv", made_up_comments(300))
    assert run("data", "build", "--data", data, "--out", tmp_path / "table.parquet").exit_code == 0
    return tmp_path / "table.parquet"


def test_build_says_how_many_rows_met_the_evaluation_files(tmp_path):
    comments = made_up_comments(50)
    data = write_csv(tmp_path / "train.csv", comments)
    test = write_csv(tmp_path / "test.csv", comments[:5])
    out = tmp_path / "new" / "table.parquet"
    result = run("data", "build", "--data", data, "--evaluation", test, "--out", out, "--json")
    assert result.exit_code == 0, result.output
    facts = json.loads(result.stdout)
    met = facts["removed"]["test.csv"]
    assert met >= 5
    assert facts["rows"] == 50 - met == len(load_table(out).rows.texts)
    plain = run("data", "build", "--data", data, "--evaluation", test, "--out", out)
    assert f"test.csv: {met} rows that meet it were left out" in plain.stdout


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"comment_text,toxic\nhello,0\n", "row 1: the columns severe_toxic"),
        (b"comment_text," + ",".join(LABELS).encode() + b"\nhello,0,0,2,0,0,0\n", "row 2: obscene"),
        (b"comment_text," + ",".join(LABELS).encode() + b"\n\xff\xfe,0,0,0,0,0,0\n", "line 2"),
    ],
)
def test_a_bad_csv_is_explained_in_one_line(tmp_path, content, complaint):
    (tmp_path / "train.csv").write_bytes(content)
    result = run("data", "build", "--data", tmp_path / "train.csv", "--out", tmp_path / "t.parquet")
    assert result.exit_code == 1
    assert complaint in result.output
    assert result.output.count("\n") == 1


def test_the_official_test_files_are_taken_apart(tmp_path):
    (tmp_path / "test.csv").write_text('id,comment_text\na,"Hi, you"\nb,Oh\n')
    (tmp_path / "labels.csv").write_text(
        f"id,{','.join(LABELS)}\na,1,0,0,0,1,0\nb,-1,-1,-1,-1,-1,-1\n"
    )
    result = run(
        "data", "kaggle-test", "--texts", tmp_path / "test.csv", "--labels",
        tmp_path / "labels.csv", "--scored", tmp_path / "scored.csv", "--unscored",
        tmp_path / "rest.csv", "--json",
    )  # fmt: skip
    assert json.loads(result.stdout) == {"scored": 1, "unscored": 1}
    scored = read_comments(tmp_path / "scored.csv")
    assert scored.texts == ["Hi, you"]
    assert scored.labels.tolist() == [[1, 0, 0, 0, 1, 0]]
    run("data", "build", "--data", tmp_path / "rest.csv", "--out", tmp_path / "t.parquet")
    assert load_table(tmp_path / "t.parquet").rows.forms == ["unlabelled"]


def test_the_linear_teacher_tells_rude_from_kind_on_comments_it_did_not_learn_from(table, tmp_path):
    result = run("teach", "--data", table, "--out", tmp_path / "soft.parquet", "--json")
    assert result.exit_code == 0, result.output
    rows = load_table(table).rows
    said = ask_teachers([tmp_path / "soft.parquet"], rows.texts)
    assert json.loads(result.stdout)["rows"] == np.isfinite(said[:, 0]).sum()
    assert kind_of(tmp_path / "soft.parquet") == "linear"
    toxic = rows.labels[:, 0] == 1
    assert said[toxic, 0].min() > said[~toxic, 0].max()


def test_a_teacher_may_be_asked_for_what_has_no_labels_alone(tmp_path):
    (tmp_path / "more.csv").write_text(
        "comment_id,comment_text\n1,you stupid idiot of a moron\n2,thank you for the old bridge\n"
    )
    rows = [f"--data={write_csv(tmp_path / 'train.csv', made_up_comments(300))}"]
    made = run("data", "build", *rows, "--data", tmp_path / "more.csv", "--out", tmp_path / "table")
    assert made.exit_code == 0, made.output
    soft = tmp_path / "soft.parquet"
    result = run("teach", "--data", tmp_path / "table", "--unlabelled", "--out", soft, "--json")
    assert json.loads(result.stdout)["rows"] == 2
    rude, kind = ask_teachers([soft], load_table(tmp_path / "table").rows.texts)[-2:, 0]
    assert rude > kind + 0.2
    assert kind_of(soft) == "linear --unlabelled"


def test_teachers_who_know_a_text_are_averaged_and_others_left_out(tmp_path):
    save_soft_labels(tmp_path / "1", ["a", "b"], np.array([[2.0] * 6, [1.0] * 6]), "lstm")
    save_soft_labels(tmp_path / "2", ["a"], np.array([[-2.0] * 6]), "linear")
    said = ask_teachers([tmp_path / "1", tmp_path / "2"], ["a", "b", "c"])
    assert said[0, 0] == pytest.approx(0.5)
    assert said[1, 0] == pytest.approx(0.731, abs=1e-3)
    assert np.isnan(said[2]).all()


def test_labels_are_mixed_with_what_teachers_say_who_alone_fill_unknown_ones():
    labels = np.array([[1.0] * 6, [np.nan] * 6, [0.0] * 6, [np.nan] * 6], np.float32)
    taught = np.array([[0.5] * 6, [0.2] * 6, [np.nan] * 6, [np.nan] * 6])
    rows = soften(Rows(["a", "b", "c", "d"], labels, ["raw"] * 4), taught, 0.4)
    assert rows.texts == ["a", "b", "c"]
    assert rows.labels[:, 0].tolist() == pytest.approx([0.8, 0.2, 0.0])


def test_a_file_that_is_no_table_or_holds_no_soft_labels_is_refused(table, tmp_path):
    (tmp_path / "no.parquet").write_text("nothing")
    result = run("teach", "--data", tmp_path / "no.parquet", "--out", tmp_path / "soft")
    assert "flask model data build" in result.output
    with pytest.raises(DataError, match="flask model teach"):
        ask_teachers([table], ["a"])


@pytest.mark.parametrize("command", [("data", "build"), ("data", "kaggle-test"), ("teach",)])
def test_each_command_shows_an_example(command):
    result = run(*command, "--help")
    assert "Example:" in result.output
    assert f"flask model {' '.join(command)}" in result.output
