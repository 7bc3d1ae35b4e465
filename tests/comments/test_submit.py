"""The spine: what becomes of a comment, and what never happens to it."""

import multiprocessing
import os
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from moderation import create_app
from moderation.audit.tables import Event
from moderation.comments.submit import MAX_TRIES, Draft, judge, rescore, store, submit
from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db, now
from moderation.settings import Settings
from tests.fixed_scorer import FixedScorer

LONG_AGO = timedelta(hours=1)


def test_a_clean_comment_is_published_with_its_scores(comment, app):
    sent = comment("A kind word")
    assert sent.status == Status.PUBLISHED
    assert sent.scores is not None
    assert sent.scores["toxic"] == pytest.approx(0.02)
    assert (sent.model_version, sent.policy_version, sent.tries) == ("fixed.1", 1, 1)


def test_a_comment_over_a_threshold_is_held(comment):
    sent = comment("you idiot")
    assert (sent.status, sent.hold_reason) == (Status.HELD, HoldReason.SCORE)
    assert sent.urgency == pytest.approx(0.96)


def test_a_text_that_the_model_cannot_read_is_held_not_published(comment):
    sent = comment("xyzzy")
    assert (sent.status, sent.hold_reason) == (Status.HELD, HoldReason.UNREADABLE)
    assert sent.scores is None


def test_a_text_in_another_language_is_held_for_that(comment):
    sent = comment("xyzzy: dieser Text ist auf Deutsch geschrieben")
    assert (sent.status, sent.hold_reason) == (Status.HELD, HoldReason.LANGUAGE)


def test_with_the_scorer_down_the_comment_is_held_unscored(comment, scorer):
    scorer.down = True
    sent = comment("A kind word")
    assert (sent.status, sent.hold_reason) == (Status.HELD, HoldReason.UNSCORED)
    assert sent.scores is None
    assert sent.urgency == 1.0, "the unknown must not sink in the queue"


def test_whatever_the_scorer_raises_the_comment_is_held(comment, scorer):
    scorer.chokes_on = "poison"
    assert comment("poison").hold_reason == HoldReason.UNSCORED


def test_it_is_committed_with_its_try_counted_before_it_is_scored(app):
    class Looking(FixedScorer):
        def score(self, texts):
            with db.engine.connect() as other:  # another connection sees only what is committed
                self.seen = other.execute(select(Comment.status, Comment.tries)).one()
            return super().score(texts)

    scorer = Looking()
    submit(Draft("home", "Tess", "A kind word"), scorer)
    assert tuple(scorer.seen) == ("held", 1)


def test_it_is_rescored_when_the_scorer_is_back(app, scorer):
    scorer.down = True
    sent = submit(Draft("home", "Tess", "A kind word"), scorer, at=now() - LONG_AGO)
    scorer.down = False
    assert rescore(scorer) == 1
    assert db.session.get_one(Comment, sent.id).status == Status.PUBLISHED


def test_a_comment_still_in_its_own_request_is_left_alone(app, scorer):
    store(Draft("home", "Tess", "A kind word"))
    assert rescore(scorer) == 0


def test_after_three_tries_it_is_quarantined_for_a_person(app, scorer):
    scorer.chokes_on = "poison"
    sent = submit(Draft("home", "Tess", "poison"), scorer, at=now() - LONG_AGO)
    for _ in range(MAX_TRIES):
        rescore(scorer)
    sent = db.session.get_one(Comment, sent.id)
    assert (sent.hold_reason, sent.tries) == (HoldReason.QUARANTINED, MAX_TRIES)
    calls = scorer.calls
    assert rescore(scorer) == 0
    assert scorer.calls == calls, "a quarantined comment is not tried again"


def test_a_comment_that_kills_the_process_three_times_is_quarantined(app):
    class Killer(FixedScorer):
        def score(self, texts):
            raise SystemExit  # passes every `except Exception`, like a dying process

    comment_id, _ = store(Draft("home", "Tess", "boom"), at=now() - LONG_AGO)
    for _ in range(MAX_TRIES):
        with pytest.raises(SystemExit):
            judge(comment_id, Killer())
    assert rescore(FixedScorer()) == 1
    assert db.session.get_one(Comment, comment_id).hold_reason == HoldReason.QUARANTINED


def test_the_same_form_sent_twice_makes_one_comment(app, scorer):
    draft = Draft("home", "Tess", "A kind word", submission_key="k1")
    first, second = submit(draft, scorer), submit(draft, scorer)
    assert first.id == second.id
    assert db.session.scalar(select(func.count()).select_from(Comment)) == 1


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "\udc00\ud800", "\U0001f600" * 5000])
def test_any_string_is_stored(comment, text):
    assert db.session.get_one(Comment, comment(text).id).text


def test_the_audit_trail_says_who_from_to_and_by_which_versions(comment):
    sent = comment("you idiot")
    event = db.session.scalars(select(Event).where(Event.subject_type == "comment")).one()
    assert (event.actor_name, event.subject_id) == ("system", str(sent.id))
    assert (event.before, event.after) == ("held (unscored)", "held (score)")
    assert (event.policy_version, event.model_version) == (1, "fixed.1")


class Deadly(FixedScorer):
    """Ends its process, as a crash in native code would."""

    def score(self, texts):
        os._exit(139)


def die_of(settings: Settings, comment_id: int) -> None:
    app = create_app(settings, Deadly())
    with app.app_context():
        judge(comment_id, Deadly())


def test_a_comment_that_really_kills_three_processes_is_still_there_and_quarantined(app, settings):
    comment_id, _ = store(Draft("home", "Tess", "boom"), at=now() - LONG_AGO)
    for _ in range(MAX_TRIES):
        process = multiprocessing.get_context("spawn").Process(
            target=die_of, args=(settings, comment_id)
        )
        process.start()
        process.join(60)
        assert process.exitcode == 139
    rescore(FixedScorer())
    sent = db.session.get_one(Comment, comment_id)
    assert (sent.text, sent.hold_reason) == ("boom", HoldReason.QUARANTINED)
