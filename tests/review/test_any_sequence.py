"""Whatever three people do in whatever order, each comment stands where the records say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count, pairwise

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from moderation.audit.trail import events_about
from moderation.comments.reporting import report
from moderation.comments.status import WAYS, NoSuchWay, StatusConflict
from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db
from moderation.review.claim import claim, release
from moderation.review.decide import ForAnAdmin, Judgement, decide, decide_all, escalate
from moderation.review.labels import set_labels
from moderation.review.tables import Verdict
from moderation.review.undo import last_action_of, undo
from moderation.scoring.labels import LABELS
from moderation.web.permissions import Role

TEXTS = ("you idiot", "A kind word", "xyzzy")  # held, published, held as unreadable
COMMENTS = st.integers(0, len(TEXTS) - 1)
PEOPLE = st.sampled_from(["Mona", "Paul", "Ada"])
PLACES = st.sampled_from([Status.PUBLISHED, Status.REJECTED, Status.REMOVED])
# What was on the screen: mostly how the comment stands, at times anything.
SEEN = st.sampled_from([*[None] * 8, *Status])
_readers = count()


@dataclass(frozen=True)
class Place:
    """How a comment stands."""

    status: Status
    reason: HoldReason | None
    reports: int
    by_hand: bool


@dataclass
class Story:
    """What is expected of one comment: how it stands, and each decision by which it does."""

    now: Place
    decisions: list[tuple[int, Place]] = field(default_factory=list)  # action, place before


class Desk(RuleBasedStateMachine):
    """A second, simpler account of the desk, held against the database after each step."""

    def __init__(self, people, comment):
        super().__init__()
        self.people = people
        self.ids = [comment(text).id for text in TEXTS]
        self.stories = {number: Story(place_of(number)) for number in self.ids}
        self.first = {number: story.now for number, story in self.stories.items()}
        self.actions = {name: [] for name in people}  # those that an undo would still take back

    @rule(name=PEOPLE, which=COMMENTS, to=PLACES, stale=SEEN)
    def decide(self, name, which, to, stale):
        number = self.ids[which]
        seen = stale or self.stories[number].now.status
        expected = self.outcome(number, name, to, None, seen)
        by, may = self.people[name].actor, self.may(name)
        answer = attempt(lambda: decide(number, Judgement(to), by, seen=seen, **may))
        self.expect_answer(name, number, answer, expected)

    @rule(name=PEOPLE, which=COMMENTS)
    def escalate(self, name, which):
        number = self.ids[which]
        expected = self.outcome(number, "Ada", Status.HELD, HoldReason.ESCALATED, Status.HELD)
        by = self.people[name].actor
        answer = attempt(lambda: escalate(number, by, seen=Status.HELD))
        self.expect_answer(name, number, answer, expected)

    @rule(name=PEOPLE, which=st.sets(COMMENTS, min_size=1), to=PLACES)
    def decide_many(self, name, which, to):
        seen = {self.ids[n]: self.stories[self.ids[n]].now.status for n in which}
        expected = {n: self.outcome(n, name, to, None, status) for n, status in seen.items()}
        outcome = decide_all(seen, Judgement(to), self.people[name].actor, **self.may(name))
        changed = {n: place for n, place in expected.items() if isinstance(place, Place)}
        assert sorted(outcome.done) == sorted(changed)
        assert sorted(outcome.left) == sorted(n for n in expected if isinstance(expected[n], type))
        self.expect(name, outcome.action_id, changed)

    @rule(name=PEOPLE)
    def undo(self, name):
        person = self.people[name]
        last = last_action_of(person.id)
        if not self.actions[name]:
            assert last is None
            return
        action = self.actions[name].pop()
        assert last.id == action
        holding = [n for n in self.ids if self.actions_on(n)[-1:] == [action]]
        undone = undo(action, person.actor)
        assert sorted(undone.back) == sorted(holding)
        assert sorted(undone.left) == sorted(
            n for n in self.ids if action in self.actions_on(n) and n not in holding
        )
        for number in holding:
            story = self.stories[number]
            _, before = story.decisions.pop()
            story.now = replace(before, reports=story.now.reports + before.reports)

    @rule(which=COMMENTS)
    def report_it(self, which):
        number = self.ids[which]
        story = self.stories[number]
        published = story.now.status is Status.PUBLISHED
        assert report(number, f"reader {next(_readers)}", None) is published
        story.now = replace(story.now, reports=story.now.reports + published)

    @rule(name=PEOPLE, which=COMMENTS, giving_back=st.booleans())
    def claim_it(self, name, which, giving_back):
        (release if giving_back else claim)(self.ids[which], self.people[name].actor)

    @rule(name=PEOPLE, which=COMMENTS, labels=st.sets(st.sampled_from(LABELS)))
    def label_it(self, name, which, labels):
        set_labels(self.ids[which], labels, self.people[name].actor)

    @invariant()
    def every_comment_stands_where_it_should(self):
        db.session.rollback()
        for number in self.ids:
            place = place_of(number)
            assert place == self.stories[number].now
            assert (place.status is Status.HELD) == (place.reason is not None)

    @invariant()
    def the_trail_replays_to_how_it_stands(self):
        for number in self.ids:
            events = [e for e in events_about("comment", number) if e.action == "comment.status"]
            assert all(one.after == other.before for one, other in pairwise(events))
            assert events[-1].after == in_words(place_of(number))

    @invariant()
    def the_standing_verdicts_lead_to_how_it_stands(self):
        for number in self.ids:
            verdicts = db.session.scalars(
                select(Verdict).where(Verdict.comment_id == number).order_by(Verdict.id)
            ).all()
            assert len({verdict.event_id for verdict in verdicts}) == len(verdicts)
            steps = [verdict for verdict in verdicts if verdict.undone_at is None]
            assert [verdict.action_id for verdict in steps] == self.actions_on(number)
            place = self.first[number].status, self.first[number].reason
            for verdict in steps:
                assert (verdict.from_status, verdict.from_reason) == place
                place = verdict.to_status, verdict.to_reason
            assert place == (self.stories[number].now.status, self.stories[number].now.reason)

    def outcome(self, number, name, to, reason, seen):
        """How the comment should stand after it, None for no change, or the refusal."""
        now = self.stories[number].now
        if now.status is not seen:
            return StatusConflict
        if now.reason is HoldReason.ESCALATED and not self.may(name):
            return ForAnAdmin
        if (now.status, now.reason) == (to, reason):
            kept = now.status is Status.PUBLISHED and now.reports
            return replace(now, reports=0) if kept else None
        if (now.status, to) not in WAYS:
            return NoSuchWay
        return Place(to, reason, 0, to is Status.PUBLISHED)

    def expect_answer(self, name, number, answer, expected):
        """Note what a decision on one comment should have done, or that it should not be."""
        if isinstance(expected, type):
            assert answer is expected
        else:
            self.expect(name, answer, {number: expected})

    def expect(self, name, action, places):
        """Note what an action should have done."""
        changed = {n: place for n, place in places.items() if place is not None}
        assert (action is None) == (not changed)
        if changed:
            self.actions[name].append(action)
        for number, place in changed.items():
            story = self.stories[number]
            story.decisions.append((action, story.now))
            story.now = place

    def actions_on(self, number):
        return [action for action, _ in self.stories[number].decisions]

    def may(self, name):
        return {"may_settle_escalated": True} if name == "Ada" else {}


def attempt(call):
    """What the call returns, or the kind of its refusal."""
    try:
        return call()
    except (StatusConflict, ForAnAdmin, NoSuchWay) as refusal:
        return type(refusal)


def place_of(number):
    comment = db.session.get_one(Comment, number)
    reason = comment.hold_reason and HoldReason(comment.hold_reason)
    return Place(Status(comment.status), reason, comment.reports, comment.published_by_hand)


def in_words(place):
    return f"{place.status} ({place.reason})" if place.reason else str(place.status)


def test_any_sequence_of_what_people_do_keeps_the_records_straight(comment, make_user):
    runs = count()
    wanted = 60 if db.engine.dialect.name == "sqlite" else 20

    def desk():
        """Three new people and three new comments: what was before is out of sight."""
        run = next(runs)
        roles = {"Mona": Role.MODERATOR, "Paul": Role.MODERATOR, "Ada": Role.ADMIN}
        return Desk({n: make_user(f"{n} {run}", role) for n, role in roles.items()}, comment)

    run_state_machine_as_test(
        desk,
        settings=hypothesis_settings(
            max_examples=wanted,
            stateful_step_count=30,
            deadline=None,
            database=None,
        ),
    )
    assert next(runs) >= wanted, "the rules and invariants above were not tried often enough"
