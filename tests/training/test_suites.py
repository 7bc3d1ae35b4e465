"""Fairness, fuzzed pairs, attacks and HateCheck: the figures, on sentences with known scores."""

import numpy as np
import pytest

from moderation.scoring.labels import LABELS
from moderation.training.attacks import FAMILIES, HELD_OUT
from moderation.training.comments_csv import LabelledComments
from moderation.training.fairness import Sentences, fairness
from moderation.training.hatecheck import Case, hatecheck
from moderation.training.identity import calibration_per_term, rows_per_term
from moderation.training.robustness import Pairs, fuzzed_pairs, withstand_attacks


class ByWords:
    """Scores every class by what words a text holds; a text in capitals cannot be read."""

    version = "words"

    def __init__(self, **scores):
        self._scores = scores

    def score(self, texts):
        return [None if text.isupper() else self._of(text) for text in texts]

    def _of(self, text):
        score = 0.1 + sum(self._scores.get(word, 0) for word in text.lower().split())
        return dict.fromkeys(LABELS, score)


def sentences(*pairs):
    return Sentences([text for text, _ in pairs], np.array([float(bad) for _, bad in pairs]))


def test_a_term_that_raises_scores_has_a_low_bpsn_auc():
    given = sentences(
        ("a gay cook", 0), ("a rotten gay cook", 1),
        ("a tall old cook", 0), ("a rotten old cook", 1),
    )  # fmt: skip
    figures = fairness(ByWords(gay=0.5, rotten=0.3), given)
    gay, old = figures["terms"]["gay"], figures["terms"]["old"]
    assert gay["subgroup_auc"]["value"] == 1.0
    assert gay["bpsn_auc"]["value"] == 0.0  # its harmless sentence is above the others' harmful one
    assert gay["bnsp_auc"]["value"] == 1.0
    assert old["bpsn_auc"]["value"] == 1.0
    assert old["bnsp_auc"]["value"] == 0.0
    assert figures["worst"]["bpsn_auc"]["term"] == "gay"
    assert figures["mean"]["bpsn_auc"] == 0.5


def test_a_term_with_one_kind_of_sentence_has_no_subgroup_auc():
    figures = fairness(ByWords(rotten=0.3), sentences(("a gay cook", 0), ("a rotten cook", 1)))
    assert figures["terms"]["gay"]["subgroup_auc"] == {"value": None, "interval": None}
    assert figures["terms"]["gay"]["bpsn_auc"]["value"] == 1.0
    assert figures["worst"]["subgroup_auc"] is None


def test_a_sentence_that_cannot_be_read_is_counted():
    figures = fairness(ByWords(), sentences(("A GAY COOK", 0), ("a gay cook", 0), ("a cook", 1)))
    assert (figures["n"], figures["unreadable"]) == (2, 1)


def test_the_longer_term_counts_and_a_part_of_a_word_does_not():
    rows = rows_per_term(["An African American cook", "gaya", "Older than old"])
    assert {term: found.tolist() for term, found in rows.items()} == {
        "african american": [True, False, False],
        "old": [False, False, True],
        "older": [False, False, True],
    }


def test_calibration_of_a_term_compares_its_mean_score_with_its_rate():
    texts = ["the gay cook"] * 60 + ["the cook"] * 60
    toxic = np.array([1.0] * 15 + [0.0] * 45 + [0.0] * 60)
    figures = calibration_per_term(texts, toxic, np.full(120, 0.5), np.ones(120))
    assert figures == {"gay": {"n": 60, "toxic": 15, "mean_score": 0.5, "rate": 0.25, "ece": 0.25}}


def test_a_term_in_few_comments_has_no_calibration():
    toxic = np.array([1.0] * 15 + [0.0] * 30)
    assert calibration_per_term(["a gay cook"] * 45, toxic, np.full(45, 0.5), np.ones(45)) == {}


def test_the_loss_on_pairs_is_the_difference_of_the_two_aucs():
    pairs = Pairs(
        ["rotten one", "kind one", "rotten two", "kind two"],
        ["r0tten one", "kind one", "rotten two", "kind two"],
        np.array([[1.0], [0.0], [1.0], [0.0]]),
    )
    figures = fuzzed_pairs(ByWords(rotten=0.5), pairs)
    assert figures["plain_auc"] == 1.0
    assert figures["disguised_auc"] == 0.75  # a tie with both kind ones counts half
    assert figures["loss"] == 0.25
    low, high = figures["loss_interval"]
    assert low <= 0.25 <= high


def test_a_pair_with_one_unreadable_side_is_left_out_of_both():
    pairs = Pairs(
        ["rotten", "kind", "rotten"], ["rotten", "kind", "ROTTEN"], np.array([[1.0], [0.0], [1.0]])
    )
    figures = fuzzed_pairs(ByWords(rotten=0.5), pairs)
    assert (figures["n"], figures["unreadable"]) == (2, 1)


@pytest.fixture
def rude_and_kind():
    texts = ["you rotten cook", "you friendly cook"] * 20
    labels = np.repeat(np.array([[1.0], [0.0]] * 20), 6, axis=1)
    return LabelledComments(texts, labels, np.ones(40))


def test_attacks_are_measured_by_family_in_both_ways(rude_and_kind):
    figures = withstand_attacks(ByWords(rotten=0.5), rude_and_kind)
    assert set(figures["families"]) == set(FAMILIES)
    assert figures["held_out"] == HELD_OUT
    assert figures["telling_words"] == 3  # rotten, and those of which just half are toxic
    leet = figures["families"]["leet"]
    assert leet["telling"]["plain_auc"] == 1.0
    assert leet["telling"]["disguised_auc"] == 0.5
    assert leet["telling"]["loss"] == 0.5
    assert 0 < leet["blind"]["changed"] < 40


def test_of_many_comments_the_same_few_are_attacked(rude_and_kind):
    first, again = (withstand_attacks(ByWords(rotten=0.5), rude_and_kind, 10) for _ in range(2))
    assert first["n"] == 10
    assert first == again


def test_hatecheck_counts_what_would_be_held_as_found_hateful():
    cases = [
        Case("slur_h", "rotten lot", True),
        Case("slur_h", "foul lot", True),
        Case("ident_nh", "a lot", False),
        Case("ident_nh", "A LOT", False),
    ]
    thresholds = dict.fromkeys(LABELS, 0.9) | {"insult": 0.6}
    figures = hatecheck(ByWords(rotten=0.5), cases, thresholds)
    assert figures["functionalities"]["slur_h"]["accuracy"] == 0.5
    assert figures["functionalities"]["ident_nh"]["accuracy"] == 0.5  # unreadable is held
    assert figures["all"]["n"] == 4
    assert figures["hateful"]["accuracy"] == figures["non_hateful"]["accuracy"] == 0.5
