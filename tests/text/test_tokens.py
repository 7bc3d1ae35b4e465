"""Token ids, what counts as unreadable, and windows."""

import itertools
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from moderation.scoring.artefact import TOKENISER, find_artefact
from moderation.text.clean import clean
from moderation.text.tokens import PADDING, STRIDE, UNKNOWN, WINDOW, Tokeniser, windows

WORDS = [PADDING, UNKNOWN, "hello", "world", "!", "grinning", "face"]


def word_tokenizer(words):
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


@pytest.fixture(scope="module")
def library():
    return Tokenizer.from_file(str(find_artefact() / TOKENISER))


@pytest.fixture
def tokeniser():
    return Tokeniser(word_tokenizer(WORDS))


def test_a_text_becomes_the_ids_of_its_cleaned_words(tokeniser):
    assert tokeniser.read("HELLO\n wörld!") == [2, 3, 4]


def test_an_unknown_word_among_known_ones_is_marked(tokeniser):
    assert tokeniser.read("hello xyz world") == [2, 1, 3]


@pytest.mark.parametrize("text", ["", "  \n", "\x00", "\ud800", "\u200b\u200d", "xyzzy", "Привет"])
def test_a_text_of_which_nothing_is_known_is_unreadable(tokeniser, text):
    assert tokeniser.read(text) is None


def test_a_text_mostly_in_another_script_is_unreadable(tokeniser):
    assert tokeniser.read("hello Здравствуйте мир") is None
    assert tokeniser.read("hello hello hello мир") is not None


@given(st.text())
@example(string.printable)
@example("don't stop!!! e-mail me@example.org {fool} Привет мир 😀 naïve #1 a_b ~^`|")
def test_the_words_are_those_that_the_library_finds(library, text):
    found = library.encode(clean(text), add_special_tokens=False)
    read = Tokeniser(library).read(text)
    assert read == found.ids or (read is None and (not found.ids or UNKNOWN in found.tokens))


def test_emoji_are_read_by_their_names(tokeniser):
    assert tokeniser.read("😀") == [5, 6]


def test_the_vocabulary_survives_its_file(tokeniser, tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_text(tokeniser.to_json(), encoding="utf-8")
    assert Tokeniser.from_file(path).read("hello world") == [2, 3]


@pytest.mark.parametrize("words", [["hello", PADDING, UNKNOWN], [PADDING, "hello"]])
def test_a_vocabulary_without_its_special_tokens_is_refused(words):
    with pytest.raises(ValueError, match="must hold"):
        Tokeniser(word_tokenizer(words))


def test_a_vocabulary_of_words_that_are_split_otherwise_is_refused():
    tokenizer = word_tokenizer(WORDS)
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    with pytest.raises(ValueError, match="BertPreTokenizer"):
        Tokeniser(tokenizer)


def test_a_file_that_is_no_tokenizer_is_refused(tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own words
        Tokeniser.from_file(path)


@given(st.integers(1, 5_000))
def test_windows_cover_every_token_and_overlap(length):
    parts = windows(range(length))
    assert sorted({token for part in parts for token in part}) == list(range(length))
    assert all(len(part) == min(length, WINDOW) for part in parts)
    assert all(b[0] - a[0] <= STRIDE for a, b in itertools.pairwise(parts))
