"""Pieces of comments, and the versions that say what they are."""

import numpy as np
import pytest

from moderation.scoring.artefact import load_artefact
from moderation.scoring.labels import LABELS
from moderation.scoring.onnx_scorer import OnnxScorer
from moderation.training import linear_teacher
from moderation.training.config import TrainingConfig
from moderation.training.dataset import Rows, split
from moderation.training.fragments import LONGEST, OFTENER, SHORTEST, cut
from moderation.training.recipe import lessons
from moderation.training.soft_labels import ask_teachers, kind_of, save_soft_labels
from moderation.training.table import build_table, load_table, save_table
from tests.tiny_model import made_up_comments, write_csv

WORDS = [f"{one}{two}" for one in "abcdefghijklmnop" for two in "qrstuvwxyz"]


def long_comments(count, forms=("raw",)):
    dice = np.random.default_rng(1)
    texts = [" ".join(dice.choice(WORDS, 90)) for _ in range(count)]
    labels = np.zeros((count, len(LABELS)), np.float32)
    return Rows(texts, labels, [forms[row % len(forms)] for row in range(count)])


def test_a_piece_is_a_run_of_words_of_its_comment():
    rows = long_comments(30)
    pieces, origins = cut(rows, 200)
    assert len(pieces) == len(set(pieces)) > 150
    for piece, origin in zip(pieces, origins, strict=True):
        assert f" {piece} " in f" {rows.texts[origin]} "
    lengths = {len(piece.split()) for piece in pieces}
    assert (min(lengths), max(lengths)) == (SHORTEST, LONGEST)


def test_a_piece_is_no_comment_that_is_there_already():
    rows = Rows(["too short", "", "   "], np.zeros((3, len(LABELS)), np.float32), ["raw"] * 3)
    assert cut(rows, 20)[0] == []


def test_comments_of_a_class_are_cut_more_often():
    rows = long_comments(200)
    rows.labels[:100, 3] = 1
    _, origins = cut(rows, 2000)
    assert np.sum(origins < 100) / np.sum(origins >= 100) == pytest.approx(OFTENER, rel=0.15)


def test_only_comments_are_cut():
    rows = long_comments(60, forms=("raw", "article", "other"))
    assert {rows.forms[origin] for origin in cut(rows, 200)[1]} == {"raw"}
    articles = rows.take(np.array(rows.forms) == "article")
    assert cut(articles, 200)[0] == []


@pytest.fixture
def table(tmp_path):
    built = build_table([write_csv(tmp_path / "train.csv", made_up_comments(120))], fragments=300)
    save_table(built, tmp_path / "table.parquet")
    return load_table(tmp_path / "table.parquet")


def test_pieces_stand_in_the_table_beside_their_comments(table):
    assert table.fragments == 300
    first = table.rows.forms.index("fragment")
    assert len(table.rows.texts) - first > 30
    assert set(table.rows.forms[first:]) == {"fragment"}
    assert np.isnan(table.rows.labels[first:]).all()
    assert set(table.files) == {"train.csv"}


def test_a_piece_that_meets_an_evaluation_text_is_left_out(tmp_path):
    said = "you are the worst editor that this place has ever seen in its life"
    quoting = f"Somebody wrote to me: {said} and I would like to know why nobody has stopped him"
    row = {"id": "1", "comment_text": quoting, **dict.fromkeys(LABELS, "1")}
    data = write_csv(tmp_path / "train.csv", [row])
    judged = write_csv(tmp_path / "test.csv", [{**row, "comment_text": said}])
    meeting = [piece for piece in build_table([data], (), 400).rows.texts[1:] if said in piece]
    assert meeting
    kept = build_table([data], [judged], 400).rows.texts
    assert kept[0] == quoting
    assert len(kept) > 1
    assert not {*meeting} & {*kept}


def test_a_piece_that_quotes_another_comment_is_left_out(tmp_path):
    said = "you are the worst editor that this place has ever seen in its life"
    before, after = "It was on my page that " * 6, " so I would like to know why nobody came" * 4
    row = {"id": "1", **dict.fromkeys(LABELS, "1")}
    quoting = {**row, "comment_text": f"{before}{said}{after}"}
    alone = build_table([write_csv(tmp_path / "one.csv", [quoting])], (), 800).rows.texts
    meeting = {piece for piece in alone[1:] if said in piece and len(piece.split()) < 24}
    assert meeting
    both = write_csv(tmp_path / "two.csv", [quoting, {**row, "comment_text": said}])
    beside = build_table([both], (), 1600).rows
    assert beside.texts[:2] == [quoting["comment_text"], said]
    assert len(beside.texts) > 10
    assert not any(said in piece and len(piece.split()) < 24 for piece in beside.texts[2:])


def test_pieces_of_what_validates_are_not_learned_from(table):
    parts = split(table.rows, table.shares, TrainingConfig(validation=0.3))
    assert parts.fragments.texts
    for piece in parts.fragments.texts:
        assert any(piece in text for text in parts.train.texts)
    assert "fragment" not in {*parts.train.forms, *parts.validation.forms}
    held_out = sum(share < 0.3 for share in table.shares)
    assert held_out > len(parts.validation.texts)  # their pieces


def test_pieces_are_learned_from_once_a_teacher_has_answered_for_them(tmp_path):
    rows = long_comments(4)
    pieces = Rows(["ab cd ef gh", "ij kl mn op"], np.full((2, 6), np.nan), ["fragment"] * 2)
    save_soft_labels(tmp_path / "soft", pieces.texts[1:], np.array([[2.0] * 6]), "versions")
    config = TrainingConfig(joined=0.5, disguised=0.5)
    learned = lessons(rows, pieces, [tmp_path / "soft"], config)
    assert learned.texts[:4] == rows.texts
    assert [
        t for t, form in zip(learned.texts, learned.forms, strict=True) if form == "fragment"
    ] == ["ij kl mn op"]
    assert learned.labels[-1] == pytest.approx(1 / (1 + np.exp(-2)), abs=1e-3)


@pytest.mark.parametrize("even_terms", [True, False])
def test_groups_are_no_more_often_insulted_in_pieces_than_other_words(tmp_path, even_terms):
    insults = [f"you are so gay number {n}" for n in range(5)]
    greetings = [f"Hello, my old friend number {n}" for n in range(20)]
    texts = insults + greetings
    pieces = Rows(texts, np.full((25, 6), np.nan), ["fragment"] * 25)
    said = np.array([[4.0] * 6] * 5 + [[-4.0] * 6] * 20)
    save_soft_labels(tmp_path / "soft", texts, said, "versions")
    config = TrainingConfig(even_terms=even_terms)
    learned = lessons(long_comments(4), pieces, [tmp_path / "soft"], config)
    exchanged = {text.replace("old", "gay") for text in greetings}
    assert (len(exchanged & {*learned.texts}) > 10) == even_terms
    assert {*texts} <= {*learned.texts}


def test_who_answers_out_of_fold_does_not_even_read_pieces(
    table, tmp_path, flask_model, monkeypatch
):
    read = []
    monkeypatch.setattr(linear_teacher, "clean", lambda text: read.append(text) or text)
    arguments = ("teach", "--data", tmp_path / "table.parquet", "--out", tmp_path / "soft")
    result = flask_model(*arguments)
    assert result.exit_code == 0, result.output
    pieces = {
        t for t, form in zip(table.rows.texts, table.rows.forms, strict=True) if form == "fragment"
    }
    assert pieces
    assert {*read} == {*table.rows.texts} - pieces
    said = ask_teachers([tmp_path / "soft"], table.rows.texts)
    whole = np.array([text not in pieces for text in table.rows.texts])
    np.testing.assert_array_equal(~np.isnan(said).any(axis=1), whole)
    read.clear()
    assert flask_model(*arguments, "--unlabelled").exit_code == 0
    assert pieces <= {*read}


def test_versions_answer_for_what_has_no_labels(table, tmp_path, tiny_folder, flask_model):
    result = flask_model(
        "teach", "--data", tmp_path / "table.parquet", "--kind", "versions",
        "--taught-by", tiny_folder, "--taught-by", tiny_folder,
        "--cache", tmp_path / "cache", "--out", tmp_path / "soft.parquet",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    said = ask_teachers([tmp_path / "soft.parquet"], table.rows.texts)
    pieces = np.array([form == "fragment" for form in table.rows.forms])
    assert np.isnan(said[~pieces]).all()
    assert not np.isnan(said[pieces]).any()
    row = int(np.flatnonzero(pieces)[0])
    (scores,) = OnnxScorer(load_artefact(tiny_folder)).score([table.rows.texts[row]])
    assert said[row] == pytest.approx([scores[label] for label in LABELS], abs=2e-3)
    name = tiny_folder.name
    assert kind_of(tmp_path / "soft.parquet") == f"versions --taught-by {name} --taught-by {name}"


@pytest.mark.parametrize("arguments", [("--kind", "versions"), ("--taught-by", "/")])
def test_versions_must_be_named_and_asked_for(table, tmp_path, flask_model, arguments):
    result = flask_model(
        "teach", "--data", tmp_path / "table.parquet", "--out", tmp_path / "s", *arguments
    )
    assert result.exit_code == 2
    assert "--taught-by FOLDER" in result.output


def test_the_card_says_how_many_pieces_were_cut_and_who_answered(tmp_path, table, flask_model):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        'vectors = "learned"\nvocabulary = 300\nprojection = 8\nunits = [6]\nhidden = 8\n'
        "epochs = 1\nbatch = 32\nvalidation = 0.3\n"
    )
    pieces = [
        t for t, form in zip(table.rows.texts, table.rows.forms, strict=True) if form == "fragment"
    ]
    save_soft_labels(
        tmp_path / "soft", pieces, np.zeros((len(pieces), 6)), "versions --taught-by 1.0"
    )
    result = flask_model(
        "train", "--data", tmp_path / "table.parquet", "--teacher", tmp_path / "soft",
        "--config", recipe, "--version", "2.0", "--out", tmp_path, "--cache", tmp_path / "cache",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    build, teach, _ = load_artefact(tmp_path / "2.0").card["rebuild"]
    assert "--fragments 300" in build
    assert "--kind versions --taught-by 1.0" in teach
