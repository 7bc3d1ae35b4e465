"""What was turned down long ago loses its text and its author, where an admin asked for that."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from moderation.audit.tables import Event
from moderation.comments.search import Part, matching
from moderation.comments.status import NoSuchWay
from moderation.comments.submit import Draft, submit
from moderation.comments.tables import Comment, Report, Status
from moderation.db import db, now, writing
from moderation.operations import retention
from moderation.operations.retention import erase_old
from moderation.policy.options import OptionError, save_options
from moderation.review.decide import Judgement, choices_for, decide
from moderation.review.labels import export_rows, set_labels
from moderation.review.near import index_new
from moderation.review.notes import add_note
from moderation.review.tables import NearKey, Note
from moderation.review.undo import last_action_of, undo

LONG_AGO = timedelta(days=100)


@pytest.fixture
def rejected(scorer, moderator):
    """Send a comment and have Mona reject it, a hundred days ago."""

    def make(text="you idiot, you utter idiot, you", days=LONG_AGO):
        draft = Draft("home", "Tess", text, author_email="tess@example.org")
        sent = submit(draft, scorer, at=now() - days)
        decide(sent.id, Judgement(Status.REJECTED), moderator.actor, seen=Status.HELD,
               at=now() - days)  # fmt: skip
        return sent.id

    return make


@pytest.fixture
def erasing(admin):
    """The site keeps what was turned down for 90 days."""
    save_options({"erase_after_days": 90}, admin.actor)


def stored(number):
    db.session.rollback()
    return db.session.get_one(Comment, number)


def test_text_and_author_go_and_the_decision_stays(rejected, erasing):
    number = rejected()
    assert erase_old() == 1
    comment = stored(number)
    assert "idiot" not in comment.text
    assert (comment.author_name, comment.author_email) == ("Erased", None)
    assert "tess" not in comment.author_key
    assert comment.status == Status.REJECTED
    assert comment.scores is not None
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.action, event.subject_id) == ("comment.erased", str(number))


def test_nothing_goes_while_the_option_is_off(rejected):
    number = rejected()
    assert erase_old() == 0
    assert "idiot" in stored(number).text


def test_what_is_younger_or_stands_stays(rejected, erasing, comment, scorer):
    young = rejected(days=timedelta(days=89))
    published = submit(Draft("home", "Tess", "A kind word"), scorer, at=now() - LONG_AGO)
    held = submit(Draft("home", "Tess", "you idiot"), scorer, at=now() - LONG_AGO)
    assert erase_old() == 0
    assert all(stored(n).erased_at is None for n in (young, published.id, held.id))


def test_many_are_erased_in_several_transactions_and_once_only(rejected, erasing, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for _ in range(5):
        rejected()
    assert erase_old() == 5
    assert erase_old() == 0


def test_notes_reports_and_the_index_of_likeness_go_too(rejected, erasing, moderator):
    number = rejected()
    add_note(number, "he wrote idiot twice", moderator.actor)
    with writing() as session:
        session.add(Report(comment_id=number, reporter="r", reason="says idiot"))
    index_new()
    assert db.session.scalar(select(func.count()).select_from(NearKey)) > 0
    erase_old()
    db.session.rollback()
    for table in (Note, NearKey):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    assert db.session.scalar(select(Report.reason)) is None


def test_search_finds_it_no_more(rejected, erasing):
    number = rejected()

    def found():
        db.session.rollback()
        return db.session.scalars(select(Comment.id).where(matching("idiot", Part.TEXT))).all()

    assert found() == [number]
    erase_old()
    assert found() == []


def test_it_is_no_training_label_any_more(rejected, erasing, moderator):
    number = rejected()
    set_labels(number, {"insult"}, moderator.actor)
    assert [row["id"] for row in export_rows()] == [number]
    erase_old()
    db.session.rollback()
    assert list(export_rows()) == []


def test_it_is_decided_and_undone_no_more(rejected, erasing, moderator):
    number = rejected()
    erase_old()
    assert choices_for(stored(number)) == ()
    with pytest.raises(NoSuchWay, match="erased"):
        decide(number, Judgement(Status.PUBLISHED), moderator.actor, seen=Status.REJECTED)
    assert undo(last_action_of(moderator.id).id, moderator.actor).left == [number]
    assert stored(number).status == Status.REJECTED


def test_the_case_says_so_and_has_no_buttons(rejected, erasing, signed_in, moderator):
    number = rejected()
    erase_old()
    answer = signed_in(moderator).get(f"/review/{number}")
    assert answer.status_code == 200
    assert "there is nothing left to decide" in answer.text
    assert "Approve after all" not in answer.text
    assert "The system</bdi></b> erased" in answer.text


@pytest.mark.parametrize("days", [1, 29])
def test_it_is_not_erased_while_blind_looks_may_come(app, admin, days):
    with pytest.raises(OptionError, match="at least 30"):
        save_options({"erase_after_days": days}, admin.actor)


def test_the_page_refuses_too_few_days_at_their_field(signed_in, admin):
    from tests.studio.test_set_desk import ALL

    answer = signed_in(admin).post("/admin/desk", data=ALL | {"erase_after_days": "7"})
    assert answer.status_code == 422
    assert "0 for never, else at least 30." in answer.text
