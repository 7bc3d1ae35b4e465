"""The decision over six scores, and what can be a policy at all."""

import math

import pytest

from moderation.policy.decide import Action, Policy, PolicyError, Threshold, decide
from moderation.scoring.labels import LABELS


def policy(**changed):
    return Policy(1, {**dict.fromkeys(LABELS, Threshold(0.5)), **changed})


def scores(**high):
    return {**dict.fromkeys(LABELS, 0.0), **high}


STRICT = policy(insult=Threshold(0.5, 0.9))

# (insult, what becomes of the comment), with review from 0.5 and auto-reject from 0.9
EDGES = [
    (0.0, Action.PUBLISH),
    (math.nextafter(0.5, 0), Action.PUBLISH),
    (0.5, Action.HOLD),
    (math.nextafter(0.9, 0), Action.HOLD),
    (0.9, Action.REJECT),
    (1.0, Action.REJECT),
]


@pytest.mark.parametrize(("score", "action"), EDGES)
def test_a_score_at_its_threshold_crosses_it(score, action):
    assert decide(scores(insult=score), STRICT).action == action


def test_without_an_auto_reject_threshold_nothing_is_rejected():
    assert decide(scores(**dict.fromkeys(LABELS, 1.0)), policy()).action == Action.HOLD


@pytest.mark.parametrize("label", LABELS)
def test_each_class_holds_by_itself(label):
    found = decide(scores(**{label: 0.5}), policy())
    assert found.action == Action.HOLD
    assert [c.label for c in found.crossed] == [label]


def test_what_was_crossed_comes_furthest_over_first():
    found = decide(
        scores(toxic=0.9, insult=0.8, threat=0.2),
        policy(toxic=Threshold(0.85), threat=Threshold(0.1)),
    )
    assert [c.label for c in found.crossed] == ["insult", "threat", "toxic"]
    assert (found.crossed[0].score, found.crossed[0].threshold) == (0.8, 0.5)


def test_a_rejected_comment_says_what_it_crossed():
    found = decide(scores(insult=0.95, toxic=0.6), STRICT)
    assert found.action == Action.REJECT
    assert {c.label for c in found.crossed} == {"insult", "toxic"}


NAN = math.nan
INF = math.inf
# (review, auto_reject, the part at fault)
IMPOSSIBLE = [
    (0.0, None, "review"),
    (-0.1, None, "review"),
    (1.01, None, "review"),
    (INF, None, "review"),
    (NAN, None, "review"),
    (0.5, 0.5, "auto_reject"),
    (0.5, 0.4, "auto_reject"),
    (0.5, 0.0, "auto_reject"),
    (0.5, 1.01, "auto_reject"),
    (0.5, INF, "auto_reject"),
    (0.5, NAN, "auto_reject"),
    (1.0, 1.0, "auto_reject"),
]


@pytest.mark.parametrize("label", ["toxic", "identity_hate"])
@pytest.mark.parametrize(("review", "auto_reject", "part"), IMPOSSIBLE)
def test_impossible_thresholds_are_no_policy(label, review, auto_reject, part):
    with pytest.raises(PolicyError) as error:
        policy(**{label: Threshold(review, auto_reject)})
    assert (error.value.label, error.value.part) == (label, part)
    assert label.replace("_", " ") in str(error.value)


@pytest.mark.parametrize(("review", "auto_reject"), [(0.001, None), (1.0, None), (0.5, 1.0)])
def test_the_ends_of_the_range_are_allowed(review, auto_reject):
    ends = Threshold(review, auto_reject)
    assert policy(toxic=ends).thresholds["toxic"] == ends


def test_a_policy_names_every_class():
    with pytest.raises(PolicyError) as error:
        Policy(1, {label: Threshold(0.5) for label in LABELS if label != "threat"})
    assert error.value.label == "threat"
