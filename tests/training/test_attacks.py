"""Disguises: what each family does to a word, and to which words."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.training.attacks import (
    FAMILIES,
    HELD_OUT,
    NOISE,
    add_noise,
    disguise,
    telling_words,
)

TEXT = "You silly donkey, your garden looks dreadful and nobody likes it!"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_word_looks_different_but_keeps_its_place(family):
    disguised = disguise(TEXT, FAMILIES[family], 1, {"donkey"})
    assert "donkey" not in disguised
    assert disguised.startswith("You silly ")
    assert disguised.endswith(", your garden looks dreadful and nobody likes it!")


@pytest.mark.parametrize(
    ("family", "pattern"),
    [
        ("leet", r"[i1!][d][i1!][o0][t7+]"),
        ("spacing", r"i([ .*_-]+)d\1i\1o\1t"),
        ("zero-width", r"i(\W)d\1i\1o\1t"),
        ("repeats", r"(?=.*(.)\1\1)i+d+i+o+t+"),
        ("misspellings", r"i[a-z]{3,5}"),
        ("emoji", r"i.?d.?i.?o.?t"),
        ("masking", r"(?=.*[*#_-])i[a-z*#_-]{3}t"),
    ],
)
@pytest.mark.parametrize("seed", range(20))
def test_each_family_has_its_own_look(family, pattern, seed):
    assert re.fullmatch(pattern, FAMILIES[family]("idiot", random.Random(seed)))


@given(st.text(max_size=200), st.integers(), st.sampled_from(sorted(FAMILIES)))
def test_the_same_seed_gives_the_same_disguise_and_no_text_breaks_it(text, seed, family):
    assert disguise(text, FAMILIES[family], seed) == disguise(text, FAMILIES[family], seed)
    assert add_noise(text, seed) == add_noise(text, seed)


def test_words_are_chosen_blindly_unless_some_are_named():
    text = "garden " * 1000
    touched = disguise(text, FAMILIES["zero-width"], 7).split().count("garden")
    assert 600 < touched < 800


def test_the_noise_for_training_leaves_one_family_out():
    assert FAMILIES[HELD_OUT] not in NOISE
    assert len(NOISE) == len(FAMILIES) - 1
    disguised = "".join(add_noise(TEXT, seed) for seed in range(300))
    assert not set(disguised) & set("0134579@$")


def test_telling_words_are_those_that_stand_mostly_in_toxic_comments():
    texts = ["You DOLT, you dolt"] * 3 + ["you are kind"] * 9 + ["a rare zany"]
    toxic = [True] * 3 + [False] * 9 + [True]
    assert telling_words(texts, toxic, least=2) == {"dolt"}
