"""Whatever people do in whatever order: a comment has one status, and the trail tells it."""

import shutil
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from moderation import create_app
from moderation.accounts.tables import User
from moderation.audit.trail import events_about
from moderation.comments.status import NoSuchWay, StatusConflict
from moderation.comments.submit import Draft, submit
from moderation.comments.tables import Comment, Status
from moderation.db import db, writing
from moderation.review.claim import claim
from moderation.review.decide import ForAnAdmin, Judgement, decide, decide_all, escalate
from moderation.review.labels import set_labels
from moderation.review.tables import ReviewAction, Verdict
from moderation.review.undo import last_action_of, undo, verdicts_of
from moderation.web.permissions import Role
from tests.conftest import settings_for_tests
from tests.fixed_scorer import FixedScorer

TEXTS = ("you idiot", "damn", "A kind word", "xyzzy")
COMMENTS = st.integers(0, len(TEXTS) - 1)
PEOPLE = st.integers(0, 1)
STATUSES = st.sampled_from([Status.PUBLISHED, Status.REJECTED, Status.REMOVED])


@pytest.fixture
def machine(sqlite_template):
    """A desk with two people and four comments, on a database of its own for each run."""

    class Desk(RuleBasedStateMachine):
        @initialize()
        def open_the_desk(self):
            self.folder = TemporaryDirectory()
            place = settings_for_tests(Path(self.folder.name))
            shutil.copy(sqlite_template, place.instance / "evenkeel.sqlite")
            self.app = create_app(place, FixedScorer())
            self.context = self.app.app_context()
            self.context.push()
            with writing() as session:
                users = [
                    User(email=f"{n}@example.org", display_name=n, role=Role.MODERATOR)
                    for n in ("Mona", "Paul")
                ]
                session.add_all(users)
            self.people = [user.actor for user in users]
            drafts = [Draft("home", "Tess", text) for text in TEXTS]
            self.comments = [submit(draft, FixedScorer()).id for draft in drafts]

        def status_of(self, which):
            db.session.rollback()
            return Status(db.session.get_one(Comment, self.comments[which]).status)

        @rule(which=COMMENTS, who=PEOPLE, to=STATUSES, stale=st.booleans())
        def somebody_decides(self, which, who, to, stale):
            now = self.status_of(which)
            seen = Status.REMOVED if stale else now
            try:
                decide(self.comments[which], Judgement(to), self.people[who], seen=seen)
            except StatusConflict:
                assert seen != now
            except (NoSuchWay, ForAnAdmin):
                assert self.status_of(which) == now
            else:
                assert self.status_of(which) == to

        @rule(which=COMMENTS, who=PEOPLE)
        def somebody_escalates(self, which, who):
            try:
                escalate(self.comments[which], self.people[who], seen=Status.HELD)
            except (StatusConflict, NoSuchWay):
                assert self.status_of(which) != Status.HELD

        @rule(chosen=st.sets(COMMENTS, min_size=1), who=PEOPLE, to=STATUSES)
        def somebody_decides_many(self, chosen, who, to):
            seen = {self.comments[which]: self.status_of(which) for which in chosen}
            outcome = decide_all(seen, Judgement(to), self.people[who])
            assert set(outcome.done).isdisjoint(outcome.left)
            assert all(db.session.get_one(Comment, n).status == to for n in outcome.done)

        @rule(who=PEOPLE)
        def somebody_undoes(self, who):
            action = last_action_of(self.people[who].id)
            if action is None:
                return
            number = action.id
            decided_since = {
                verdict.comment_id: self.last_event(verdict.comment_id)
                for verdict in verdicts_of(number)
                if self.last_event(verdict.comment_id) != verdict.event_id
            }
            undone = undo(number, self.people[who])
            db.session.rollback()
            assert db.session.get_one(ReviewAction, number).undone_at is not None
            assert set(undone.left) == set(decided_since)
            for comment_id, latest in decided_since.items():
                assert self.last_event(comment_id) == latest, "it stays as it was decided since"

        def last_event(self, comment_id):
            decisions = ("comment.status", "comment.kept")
            events = events_about("comment", comment_id)
            return [event.id for event in events if event.action in decisions][-1]

        @rule(which=COMMENTS, who=PEOPLE, labels=st.sets(st.sampled_from(["toxic", "insult"])))
        def somebody_labels_and_claims(self, which, who, labels):
            before = self.status_of(which)
            set_labels(self.comments[which], labels, self.people[who])
            claim(self.comments[which], self.people[who])
            assert self.status_of(which) == before

        @precondition(lambda self: hasattr(self, "comments"))
        @invariant()
        def a_comment_has_one_status_and_the_trail_tells_it(self):
            db.session.rollback()
            for number in self.comments:
                comment = db.session.get_one(Comment, number)
                assert (comment.status == Status.HELD) == (comment.hold_reason is not None)
                events = [
                    event
                    for event in events_about("comment", number)
                    if event.action == "comment.status"
                ]
                reason = f" ({comment.hold_reason})" if comment.hold_reason else ""
                assert events[-1].after == f"{comment.status}{reason}"
                for earlier, later in pairwise(events):
                    assert later.before == earlier.after, "each event begins where one ended"

        @precondition(lambda self: hasattr(self, "comments"))
        @invariant()
        def what_an_action_undid_it_undid_whole(self):
            rows = db.session.execute(
                select(ReviewAction.undone_at, Verdict.undone_at).join(
                    Verdict, Verdict.action_id == ReviewAction.id
                )
            ).all()
            assert all((action is None) == (verdict is None) for action, verdict in rows)

        def teardown(self):
            if hasattr(self, "context"):
                db.session.remove()
                db.engine.dispose()
                self.context.pop()
                self.folder.cleanup()

    return Desk


def test_any_sequence_keeps_one_status_for_each_and_a_true_trail(machine):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None,
            suppress_health_check=[*HealthCheck],
        ),
    )  # fmt: skip
