"""Long comments to their last word, another language, and what is hardly a text at all."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.scoring.artefact import find_artefact, load_artefact
from moderation.scoring.onnx_scorer import OnnxScorer
from moderation.text.language import foreign_language

KIND = "The new benches at the harbour are lovely, and I thank the council for putting them there. "
ABUSE = "You are a fucking idiot, nobody likes you, go to hell."


@pytest.fixture(scope="module")
def scorer():
    return OnnxScorer(load_artefact(find_artefact()))


@pytest.mark.parametrize("place", ["head", "middle", "tail"])
def test_abuse_anywhere_in_ten_thousand_characters_is_found(scorer, place):
    kind = (KIND * 120)[: 10_000 - len(ABUSE)]
    cut = {"head": 0, "middle": len(kind) // 2, "tail": len(kind)}[place]
    [calm, whole] = scorer.score([kind, kind[:cut] + ABUSE + kind[cut:]])
    assert calm["toxic"] < 0.3
    assert whole["toxic"] > 0.8


def test_another_language_gets_no_scores(scorer):
    assert scorer.score(["Du bist so dumm, das ist wirklich kaum zu glauben"]) == [None]


@pytest.mark.parametrize(
    "text",
    ["", " \t\n", "\x00", "\x00you idiot\x00", "😀😀😀", "\ud800", "a" * 1_000_000,
     "\u202eyou are lovely\u202c", "\u200b\u200d"],
    ids=lambda text: ascii(text[:8]),
)  # fmt: skip
def test_bad_input_gets_six_scores_or_none(scorer, text):
    assert_six_scores_or_none(scorer, text)


@given(st.text(st.characters(), max_size=120))
@settings(max_examples=150, deadline=None)
def test_so_does_any_text(scorer, text):
    assert_six_scores_or_none(scorer, text)


def assert_six_scores_or_none(scorer, text):
    [scores] = scorer.score([text])
    assert scores is None or all(
        math.isfinite(score) and 0 <= score <= 1 for score in scores.values()
    )
    foreign_language(text)
