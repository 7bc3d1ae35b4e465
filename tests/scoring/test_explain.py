"""Which words a score comes from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.scoring.artefact import find_artefact, load_artefact
from moderation.scoring.explain import MOST_WORDS, as_json, explain, from_json, pieces
from moderation.scoring.labels import LABELS
from moderation.scoring.onnx_scorer import OnnxScorer
from tests.fixed_scorer import FixedScorer


class Counting(FixedScorer):
    """Notes what it is asked for."""

    def __init__(self):
        super().__init__()
        self.texts = []

    def score(self, texts):
        self.texts += texts
        return super().score(texts)


def weighty(text, label, scorer=None):
    explanation = explain(text, scorer or FixedScorer())
    return {piece: share for piece, _, share in pieces(text, explanation, label) if share}


@pytest.fixture(scope="module")
def real():
    return OnnxScorer(load_artefact(find_artefact()))


def test_the_word_that_did_it_has_all_of_it():
    assert weighty("you are an idiot, Tom", "insult") == {"idiot,": 1.0}
    assert weighty("you are an idiot, Tom", "threat") == {}


def test_a_word_that_stands_twice_is_left_out_as_one():
    text = "an Idiot is an idiot!"
    found = pieces(text, explain(text, FixedScorer()), "insult")
    assert [(piece, share) for piece, _, share in found if share] == [
        ("Idiot", 1.0),
        ("idiot!", 1.0),
    ]


def test_one_of_two_words_is_not_blamed_where_the_other_alone_would_do():
    assert weighty("damn, what an idiot", "toxic") == {"idiot": 1.0}
    assert weighty("an idiot and a dolt", "insult") == {"idiot": 1.0}


def test_letters_that_stand_apart_go_together(real):
    explanation = explain("you are such an i d i o t today", real)
    text = [
        piece
        for piece, word, _ in pieces("you are such an i d i o t today", explanation, "insult")
        if word
    ]
    assert text == ["you", "are", "such", "an", "i d i o t", "today"]


def test_a_single_word_weighs_all():
    assert weighty("idiot", "insult") == {"idiot": 1.0}


@pytest.mark.parametrize("text", ["", " \n ", "xyzzy"])
def test_what_cannot_be_read_is_not_explained(text):
    assert explain(text, FixedScorer()) is None


def test_a_long_text_is_explained_where_it_is_worst():
    text = "a kind word " * 400 + "you idiot " + "another kind word " * 200
    explanation = explain(text, FixedScorer())
    assert len(explanation.words) <= MOST_WORDS
    assert weighty(text, "insult") == {"idiot": 1.0}
    assert "".join(piece for piece, _, _ in pieces(text, explanation, "insult")) == text


def test_no_text_costs_more_than_a_few_hundred_scorings():
    for text in ("x" * 10_000, "x " * 5_000, ("x" * 99 + " ") * 100, "ab " * 3_333):
        scorer = FixedScorer()
        counted = []
        score = scorer.score
        scorer.score = lambda texts, score=score, counted=counted: (
            counted.extend(texts) or score(texts)
        )
        explain(text, scorer)
        assert len(counted) < 400
        assert sum(map(len, counted)) < 400_000


@given(st.text(max_size=300))
def test_the_pieces_are_the_text_and_the_shares_a_whole(text):
    explanation = explain(text, FixedScorer())
    if explanation is None:
        return
    for label in LABELS:
        assert "".join(piece for piece, _, _ in pieces(text, explanation, label)) == text
        assert sum(explanation.shares(label)) == pytest.approx(1) or not any(
            explanation.shares(label)
        )


def test_it_can_be_kept():
    explanation = explain("you are an idiot, Tom", FixedScorer())
    assert from_json(as_json(explanation)) == explanation


def test_the_shipped_model_is_explained_by_its_own_scores(real):
    text = "Thank you for the photos, you stupid idiot"
    explanation = explain(text, real)
    assert explanation.scores == real.score([text])[0]
    shares = weighty(text, "insult", real)
    assert max(shares, key=shares.get) in {"stupid", "idiot"}
    assert shares["stupid"] + shares["idiot"] > 0.6
