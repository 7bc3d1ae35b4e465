"""The demo site: filled by the spine and the one door, once, and only where nothing is."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from moderation.accounts.passwords import matches
from moderation.accounts.tables import User
from moderation.audit.tables import Event
from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db, now
from moderation.demo import fill as demo
from moderation.demo.fill import fill, lines
from moderation.policy.decide import Action, decide
from moderation.policy.versions import current_policy

FIRST_ONES = 40


@pytest.fixture
def short_story(monkeypatch):
    """Some of the comments, where the whole story takes too long."""
    some = [*lines()[:FIRST_ONES]]
    monkeypatch.setattr(demo, "lines", lambda: some)


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def stored():
    return {table: count(table) for table in (Comment, User, Event)}


def test_the_whole_story_is_told_in_order_and_in_the_past(app, scorer):
    steps = []
    fill(scorer, advance=lambda: steps.append(1))
    assert len(steps) == count(Comment) == len(lines())

    by_status = dict(
        db.session.execute(select(Comment.status, func.count()).group_by(Comment.status)).all()
    )
    assert set(by_status) == set(Status), "some of every kind"
    held = set(db.session.scalars(select(Comment.hold_reason).where(Comment.status == "held")))
    assert held == {HoldReason.SCORE}

    events = db.session.scalars(
        select(Event).where(Event.action != "policy.changed").order_by(Event.id)
    ).all()
    moments = [event.at for event in events]
    assert moments == sorted(moments)
    assert moments[-1] < now()
    assert now() - moments[0] > timedelta(days=28)
    assert db.session.scalar(select(func.max(Comment.created_at))) < now()

    submitted = dict(db.session.execute(select(Comment.id, Comment.created_at)).all())
    decided = [e for e in events if e.subject_type == "comment" and e.actor_id is not None]
    assert all(e.at - submitted[int(e.subject_id)] >= timedelta(minutes=5) for e in decided)
    assert {e.actor_name for e in decided} == {"Idris Cole", "Wren Halloway"}
    assert any(e.note for e in decided)

    policy = current_policy()
    for comment in db.session.scalars(select(Comment).where(Comment.status == Status.PUBLISHED)):
        passed = decide(comment.scores, policy).action == Action.PUBLISH
        assert comment.published_by_hand is not passed, "published by the policy, or by a person"


@pytest.mark.usefixtures("short_story")
def test_two_moderators_and_one_admin_can_sign_in(app, scorer):
    logins = fill(scorer)
    people = db.session.scalars(select(User).order_by(User.id)).all()
    assert [p.role for p in people] == ["admin", "moderator", "moderator"]
    assert [p.email for p in people] == [login.email for login in logins]
    assert all(p.email.endswith("@example.org") and p.active for p in people)
    for person, login in zip(people, logins, strict=True):
        assert matches(login.password, person.password)
    assert len({login.password for login in logins}) == 3


@pytest.mark.usefixtures("short_story")
def test_a_second_fill_adds_nothing(app, scorer):
    fill(scorer)
    before = stored()
    assert fill(scorer) == []
    assert stored() == before


@pytest.mark.usefixtures("short_story")
def test_a_site_with_a_comment_gets_nothing(app, scorer, comment):
    comment()
    assert fill(scorer) == []
    assert (count(Comment), count(User)) == (1, 0)


@pytest.mark.usefixtures("short_story")
def test_a_site_with_a_person_gets_nothing(app, scorer, viewer):
    assert fill(scorer) == []
    assert (count(Comment), count(User)) == (0, 1)


@pytest.mark.usefixtures("short_story")
def test_a_fill_that_is_interrupted_leaves_nothing(app, scorer):
    before = stored()
    left = iter(range(20))

    def pull_the_plug():
        if next(left, None) is None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(scorer, advance=pull_the_plug)
    assert stored() == before
    assert len(fill(scorer)) == 3, "and the next one fills"


def test_what_would_be_decided_in_the_future_is_left_undecided(app, scorer, monkeypatch):
    monkeypatch.setattr(demo, "lines", lambda: [line for line in lines() if line["verdict"]])
    monkeypatch.setattr(demo, "_delay", lambda random: 24 * 365)
    fill(scorer)
    assert count(Comment)
    decided = select(Event).where(Event.actor_id.is_not(None))
    assert db.session.scalars(decided).all() == []
