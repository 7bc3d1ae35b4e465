"""Building the table: sources, labels, copies of evaluation rows."""

import numpy as np
import pandas as pd
import pytest

from moderation.scoring.labels import LABELS
from moderation.training.comments_csv import CsvError
from moderation.training.dataset import DataError
from moderation.training.table import build_table, load_table, open_data, save_table
from moderation.training.targets import TARGETS
from tests.tiny_model import made_up_comments, write_csv

LONG = "the council has put the new bins right beside the old benches at our harbour again"


@pytest.fixture
def train_csv(tmp_path):
    return write_csv(tmp_path / "train.csv", made_up_comments(60))


def test_a_parquet_file_keeps_unknown_labels_and_forms(tmp_path):
    table = pd.DataFrame({label: [0.0, 1.0, None] for label in LABELS})
    table["comment_text"] = ["One.", "two", "THREE!"]
    table["text_form"] = ["raw", "clean", "raw"]
    table.to_parquet(tmp_path / "train.parquet")
    built = build_table([tmp_path / "train.parquet"])
    assert built.rows.texts == ["One.", "two", "THREE!"]
    assert built.rows.forms == ["raw", "clean", "raw"]
    assert np.isnan(built.rows.labels[2]).all()
    assert "CC0" in built.sources[0].licence


def test_sentences_from_a_tsv_file_are_non_toxic(tmp_path):
    (tmp_path / "s.tsv").write_text("rev_id\tcomment\n1\tA river.\n2\tA hill.\n")
    rows = build_table([tmp_path / "s.tsv"]).rows
    assert not rows.labels[:, : len(LABELS)].any()
    assert set(rows.forms) == {"article"}


@pytest.mark.parametrize(
    ("name", "head", "row"),
    [
        ("gn.csv", "id,text,label,api,parent", "7,{},0,0.2,"),
        ("comments.csv", "comment_id,comment_text", "7,{}"),
    ],
)
def test_comments_of_other_sets_come_without_labels(tmp_path, name, head, row):
    (tmp_path / name).write_text(f"{head}\n{row.format('Good morning')}\n")
    rows = build_table([tmp_path / name]).rows
    assert rows.texts == ["Good morning"]
    assert rows.forms == ["unlabelled"]
    assert np.isnan(rows.labels).all()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "tweets.csv",
            "count,hate_speech,offensive_language,neither,class,tweet\n4,1,2,1,1,Good &amp; bad\n",
            {"tweet_hate": 0.25, "tweet_offensive": 0.75},
        ),
        (
            "ruddit.csv",
            "txt,offensiveness_score\n[deleted],0.9\nGood & bad,-0.5\n",
            {"offensiveness": 0.25},
        ),
        (
            "toxigen.json",
            '[{"text": "Good & bad", "toxicity_score": 4.0, "label": "hate"}]',
            {"group_harm": 0.75},
        ),
    ],
)
def test_labels_of_other_schemes_stay_in_their_own_columns(tmp_path, name, content, said):
    (tmp_path / name).write_text(content)
    built = build_table([tmp_path / name])
    assert built.rows.texts == ["Good & bad"]
    assert built.rows.forms == ["other"]
    (row,) = built.rows.labels.tolist()
    known = {name: value for name, value in zip(TARGETS, row, strict=True) if value == value}
    assert known == pytest.approx(said)
    assert built.sources[0].licence == "MIT"
    save_table(built, tmp_path / "table.parquet")
    loaded = load_table(tmp_path / "table.parquet").rows
    np.testing.assert_array_equal(loaded.labels, built.rows.labels)


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        ("count,hate_speech,offensive_language,tweet\n3,1,2,a\n0,0,0,b\n", "row 3: count is '0'"),
        ("count,hate_speech,offensive_language,tweet\n3,4,0,a\n", "row 2: hate_speech is '4'"),
        ("txt,offensiveness_score\na,0.1\nb,much\n", "row 3: offensiveness_score is 'much'"),
        ("txt,offensiveness_score\na,1.5\n", "it must be -1 to 1"),
    ],
)
def test_a_number_that_cannot_be_is_named_by_its_row(tmp_path, content, mistake):
    (tmp_path / "other.csv").write_text(content)
    with pytest.raises(CsvError, match=mistake):
        build_table([tmp_path / "other.csv"])


def test_a_toxigen_file_of_another_shape_is_refused(tmp_path):
    (tmp_path / "t.json").write_text('{"text": "hello"}')
    with pytest.raises(DataError, match=r"t\.json cannot be read"):
        build_table([tmp_path / "t.json"])


def test_a_text_in_two_files_counts_once(tmp_path):
    comments = made_up_comments(20)
    one, two = write_csv(tmp_path / "1.csv", comments), write_csv(tmp_path / "2.csv", comments)
    built = build_table([one, two])
    assert len(built.rows.texts) == built.repeated == 20
    assert set(built.files) == {"1.csv"}


@pytest.mark.parametrize(
    "copy", [LONG, LONG.upper() + "!!", LONG.replace("again", "yesterday, as I said")]
)
def test_rows_of_an_evaluation_file_and_near_copies_of_them_are_removed(tmp_path, copy):
    comments = made_up_comments(20)
    comments[3]["comment_text"] = copy
    data = write_csv(tmp_path / "train.csv", comments)
    (tmp_path / "suite.csv").write_text(f"test_case,label\n{LONG},1\n")
    built = build_table([data], [tmp_path / "suite.csv"])
    assert copy not in built.rows.texts
    assert len(built.rows.texts) == 19
    assert built.removed == {"suite.csv": 1}


def test_an_evaluation_file_without_texts_is_refused(train_csv, tmp_path):
    (tmp_path / "suite.csv").write_text("number\n1\n")
    with pytest.raises(CsvError, match="comment_text"):
        build_table([train_csv], [tmp_path / "suite.csv"])


def test_a_table_is_the_same_after_saving(train_csv, tmp_path):
    built = build_table([train_csv])
    built.rows.labels[2, 1] = np.nan
    save_table(built, tmp_path / "table.parquet")
    loaded, digest = open_data([tmp_path / "table.parquet"])
    assert loaded.rows.texts == built.rows.texts
    np.testing.assert_array_equal(loaded.rows.labels, built.rows.labels)
    np.testing.assert_array_equal(loaded.shares, built.shares)
    assert (loaded.sources, loaded.files) == (built.sources, built.files)
    assert len(digest) == 64


def test_near_copies_have_the_same_share_whatever_else_is_there(tmp_path):
    def shares_of(texts):
        comments = [{**c, "comment_text": t} for c, t in zip(made_up_comments(99), texts)]  # noqa: B905
        built = build_table([write_csv(tmp_path / "t.csv", comments)])
        return dict(zip(built.rows.texts, built.shares, strict=True))

    near = LONG.replace("again", "yesterday, as I said")
    first = shares_of([LONG, near, "hello"])
    second = shares_of(["good morning", "hello", near, LONG])
    assert first[LONG] == first[near] == second[LONG] == second[near]
    assert first["hello"] == second["hello"] != first[LONG]


@pytest.mark.parametrize("name", ["data.xlsx", "data.parquet"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name):
    (tmp_path / name).write_text("nothing")
    with pytest.raises(DataError, match=name):
        build_table([tmp_path / name])


def test_another_parquet_file_is_no_table(tmp_path):
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="flask model data build"):
        load_table(tmp_path / "a.parquet")
