"""The replay: counted by the database, equal to the decision row by row."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from moderation.comments.tables import Comment, Status
from moderation.db import db, writing
from moderation.policy.decide import Action, Policy, Threshold, decide
from moderation.scoring.labels import LABELS
from moderation.studio.replay import Verdict, replay
from moderation.studio.spread import spread
from tests.studio.conftest import scored_row


def policy(version=1, **changed):
    return Policy(version, {**dict.fromkeys(LABELS, Threshold(0.5)), **changed})


# Few values, so that scores stand on thresholds often; some that are no tidy binary fraction.
numbers = st.sampled_from([0.1, 0.2, 0.3, 1 / 3, 0.5, 0.7, 0.9, 1.0])
limits = st.tuples(numbers, st.none() | numbers).map(
    lambda pair: Threshold(pair[0], pair[1] if pair[1] and pair[1] > pair[0] else None)
)
policies = st.fixed_dictionaries(dict.fromkeys(LABELS, limits)).map(
    lambda thresholds: Policy(1, thresholds)
)
rows = st.lists(st.fixed_dictionaries(dict.fromkeys(LABELS, st.just(0.0) | numbers)))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=rows, current=policies, proposed=policies)
def test_it_counts_what_the_decision_decides_row_by_row(app, rows, current, proposed):
    with writing() as session:
        session.execute(delete(Comment))
        if rows:
            session.execute(insert(Comment.__table__), [scored_row(**row) for row in rows])
    expected = Counter(
        (decide(row, current).action, decide(row, proposed).action, Verdict.NONE) for row in rows
    )
    found = replay(current, proposed)
    assert found.fates == expected
    assert found.changed == sum(n for (a, b, _), n in expected.items() if a != b)
    assert len(found.examples) == min(10, found.changed)
    for example in found.examples:
        assert example.now == decide(example.scores, current).action
        assert example.then == decide(example.scores, proposed).action
    for label in LABELS:
        limit, counted = proposed.thresholds[label], found.labels[label]
        assert counted.review_then == sum(row[label] >= limit.review for row in rows)
        assert counted.reject_then == sum(
            limit.auto_reject is not None and row[label] >= limit.auto_reject for row in rows
        )
    scores = spread(current)
    for label in LABELS:
        limit = current.thresholds[label].review
        assert scores[label].reached == sum(row[label] >= limit for row in rows)
        assert sum(scores[label].steps) == len(rows)


# What people said, by hand: (status after scoring, where Mona sent it, insult)
SAID = [
    (Status.HELD, Status.PUBLISHED, 0.6),  # approved
    (Status.HELD, Status.REJECTED, 0.6),  # refused
    (Status.HELD, Status.REJECTED, 0.95),  # refused
    (Status.PUBLISHED, Status.REMOVED, 0.4),  # refused
    (Status.HELD, None, 0.6),  # undecided
    (Status.REJECTED, None, 0.6),  # rejected by the system: nobody said anything
    (Status.PUBLISHED, None, 0.1),  # published by the system
]


@pytest.fixture
def said(scored):
    for status, to, insult in SAID:
        scored(status=status, decided=to, insult=insult)


def test_a_stricter_policy_shows_false_alarms_and_what_it_catches(said, scored):
    scored(status=Status.HELD, decided=Status.PUBLISHED, insult=0.4)  # held by an older policy
    found = replay(policy(), policy(2, insult=Threshold(0.3)))
    assert found.count({Action.PUBLISH}, {Action.HOLD}) == 2
    assert (found.false_alarms, found.caught) == (1, 1)
    assert (found.misses, found.spared) == (0, 0)


def test_a_milder_policy_shows_misses_and_what_it_spares(said):
    found = replay(policy(), policy(2, insult=Threshold(0.8)))
    assert found.count({Action.HOLD}, {Action.PUBLISH}) == 4
    assert (found.misses, found.spared) == (1, 1)
    assert (found.false_alarms, found.caught) == (0, 0)


def test_rejecting_automatically_shows_what_people_had_approved(said):
    found = replay(policy(), policy(2, insult=Threshold(0.5, 0.6)))
    assert found.count({Action.HOLD}, {Action.REJECT}) == 5
    assert (found.wrongly_rejected, found.rightly_rejected) == (1, 2)


def test_examples_begin_with_those_that_go_against_a_person(said):
    found = replay(policy(), policy(2, insult=Threshold(0.8)))
    first = found.examples[0]
    assert (first.verdict, first.then) == (Verdict.REFUSED, Action.PUBLISH)


def test_only_the_last_30_days_count(scored):
    scored(days_ago=29.9, insult=0.4)
    scored(days_ago=30.1, insult=0.4)
    assert replay(policy(), policy(2, insult=Threshold(0.3))).changed == 1
    found = spread(policy(insult=Threshold(0.3)))["insult"]
    assert (found.reached, sum(found.steps)) == (1, 1)


def test_comments_without_scores_are_left_out_and_counted(comment, scorer):
    scorer.down = True
    comment()
    found = replay(policy(), policy(2, insult=Threshold(0.3)))
    assert (found.scored, found.unscored, found.changed) == (0, 1, 0)


def test_the_spread_puts_each_score_in_its_step(scored):
    for insult in (0.0, 0.049, 0.05, 0.999, 1.0):
        scored(insult=insult)
    counts = spread(policy())["insult"].steps
    assert (counts[0], counts[1], counts[19], sum(counts)) == (2, 1, 2, 5)


def test_it_changes_nothing(said):
    before = db.session.execute(select(Comment.__table__).order_by(Comment.id)).all()
    replay(policy(), policy(2, insult=Threshold(0.1, 0.2)))
    assert db.session.execute(select(Comment.__table__).order_by(Comment.id)).all() == before
