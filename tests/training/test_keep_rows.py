"""`flask model data kept`: the comments that training did not learn from, as a file to judge on."""

import numpy as np

from moderation.training.comments_csv import read_comments
from moderation.training.config import TrainingConfig
from moderation.training.dataset import split
from moderation.training.table import build_table, save_table
from tests.tiny_model import made_up_comments, write_csv


def test_kept_are_the_validation_rows_with_their_weights(flask_model, tmp_path):
    comments = made_up_comments(200)
    for comment in comments[::5]:
        comment["threat"] = ""
    table = build_table([write_csv(tmp_path / "train.csv", comments)])
    save_table(table, tmp_path / "table.parquet")
    (tmp_path / "recipe.toml").write_text("validation = 0.3\n")
    result = flask_model(
        "data", "kept", "--data", tmp_path / "table.parquet", "--out", tmp_path / "kept.csv",
        "--config", tmp_path / "recipe.toml",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    kept = read_comments(tmp_path / "kept.csv")
    parts = split(table.rows, table.shares, TrainingConfig(validation=0.3))
    assert kept.texts == parts.validation.texts
    assert not set(kept.texts) & set(parts.train.texts)
    assert np.array_equal(kept.labels, parts.validation.labels, equal_nan=True)
    assert np.allclose(kept.weights, parts.weights)


def test_what_is_no_table_is_said_in_a_line(flask_model, tmp_path):
    (tmp_path / "table.parquet").write_text("no")
    result = flask_model(
        "data", "kept", "--data", tmp_path / "table.parquet", "--out", tmp_path / "kept.csv"
    )
    assert result.exit_code == 1
    assert "is no training table" in result.stderr
