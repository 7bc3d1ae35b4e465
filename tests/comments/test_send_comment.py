"""Sending the form: what the author is told, and that nothing written is ever lost."""

import re

import pytest
from sqlalchemy import func, select

from moderation import create_app
from moderation.audit.record import SYSTEM
from moderation.comments.forms import TRAPPED
from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db
from moderation.policy.decide import Threshold
from moderation.policy.versions import save_policy
from moderation.scoring.labels import LABELS
from moderation.scoring.scorer import ScorerUnavailable
from tests.conftest import settings_for_tests
from tests.page import read


def comments():
    db.session.rollback()
    return db.session.scalars(select(Comment).order_by(Comment.id)).all()


def test_a_clean_comment_appears_at_once_with_a_notice_and_its_private_page(client, write):
    answer = write("/p/bikes", name="Tess", text="A kind word")
    [comment] = comments()
    assert (comment.status, comment.page) == (Status.PUBLISHED, "bikes")
    assert answer.status_code == 303
    assert answer.location == f"/p/bikes#comment-{comment.id}"

    shown = read(client.get(answer.location))
    item = shown.one("li", id=f"comment-{comment.id}")
    assert "Published." in item.text
    assert shown.all("a", href=f"/c/{comment.status_token}")
    again = read(client.get(answer.location))
    assert "Published." not in again.one("li", id=f"comment-{comment.id}").text


def test_the_front_page_is_the_default_page(client, write):
    assert write("/").location == f"/#comment-{comments()[0].id}"
    assert comments()[0].page == "home"
    assert "A kind word" in read(client.get("/p/home")).main


def test_a_held_comment_leads_to_its_private_page_with_a_plain_reason(client, write):
    answer = write(text="you idiot")
    [comment] = comments()
    assert (answer.status_code, answer.location) == (303, f"/c/{comment.status_token}")
    said = read(client.get(answer.location)).main
    assert "Your comment is waiting for a moderator" in said
    assert "because it may be insulting" in said
    assert not re.search(r"\b0?\.\d+\b|96|threshold", said), "no scores: they would be gamed"
    assert "you idiot" not in client.get("/").text


def test_an_auto_rejected_comment_is_told_so_plainly(client, write):
    limits = dict.fromkeys(LABELS, Threshold(0.5)) | {"threat": Threshold(0.5, 0.9)}
    save_policy(limits, SYSTEM, after=1)
    answer = write(text="I will kill you")
    assert comments()[0].status == Status.REJECTED
    said = read(client.get(answer.location)).main
    assert "Your comment was not published" in said
    assert "threatening" in said


WRONG = [
    ({"name": ""}, "Say what to call you"),
    ({"name": " \u00a0\t "}, "Say what to call you"),
    ({"name": "\u200b\u2060\u3164\ufe0f"}, "cannot be seen"),
    ({"name": "n" * 81}, "At most 80"),
    ({"email": "not an address"}, "does not look like an e-mail"),
    ({"email": "a@" + "b" * 260 + ".org"}, "No e-mail address is that long"),
    ({"text": ""}, "Your comment is empty"),
    ({"text": " \r\n\u200b\t"}, "shows nothing"),
    ({"text": "x" * 10_001}, "1 more than fit"),
    ({"website": "https://spam.example"}, "only robots see"),
]


@pytest.mark.parametrize(("fields", "message"), WRONG)
def test_what_is_wrong_is_said_and_the_form_comes_back_filled(write, fields, message):
    sent = {"name": "Tess", "email": "tess@example.org", "text": "My long\r\ncomment"} | fields
    answer = write(**sent)
    assert answer.status_code == 422
    page = read(answer)
    assert message in page.main
    back = page.fields()
    assert back["name"] == " ".join(sent["name"].split())
    assert back["email"] == sent["email"]
    assert back["text"] == sent["text"].replace("\r\n", "\n")
    assert comments() == []


def test_each_message_is_tied_to_its_field(write):
    page = read(write(name="", text=""))
    for name in ("name", "text"):
        element = next(e for e in page.elements if e.attributes.get("id") == name)
        assert element.attributes["aria-invalid"] == "true"
        assert f"{name}-error" in element.attributes["aria-describedby"]
        assert page.all("a", href=f"#{name}")


def test_who_falls_into_the_trap_by_mistake_only_has_to_send_again(client, write):
    back = read(write(website="autofilled")).fields()
    assert TRAPPED in read(write(website="autofilled")).main
    assert back["website"] == ""
    assert client.post("/", data=back).status_code == 303


def test_the_trap_is_out_of_everybodys_way(client):
    page = read(client.get("/"))
    trap = page.one("input", name="website")
    assert trap.attributes["tabindex"] == "-1"
    assert "value" not in trap.attributes or trap.attributes["value"] == ""
    assert page.one("div", cls="trap").attributes["aria-hidden"] == "true"


@pytest.mark.parametrize(
    ("fields", "stored"),
    [
        ({"text": "x" * 10_000}, "x" * 10_000),
        ({"text": "a\r\nb" * 3_000}, "a\nb" * 3_000),  # 12,000 on the wire, 9,000 characters
        ({"text": "\U0001f600" * 10_000}, "\U0001f600" * 10_000),
        ({"text": "  indented\r\n\r\n\ttab  "}, "  indented\n\n\ttab  "),
        ({"text": "\r\n\r\nfirst lines empty"}, "\n\nfirst lines empty"),
        ({"text": "nul\0in it"}, "nul\ufffdin it"),
        ({"text": "a\rb"}, "a\nb"),
    ],
)
def test_a_text_is_stored_as_it_was_written(write, fields, stored):
    assert write(**fields).status_code == 303
    assert comments()[0].text == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Ana \t  María  ", "Ana María"),
        ("Ana\nBell\x07", "Ana Bell"),
        ("佐藤 ゆき", "佐藤 ゆき"),
        ("👩‍🚀", "👩‍🚀"),
        ("عمر", "عمر"),
        ("7", "7"),
        ("n" * 80, "n" * 80),
    ],
)
def test_a_name_is_brought_onto_one_line(write, typed, stored):
    write(name=typed)
    assert comments()[0].author_name == stored


def test_an_address_is_optional_and_never_shown(client, write):
    write(email=" tess@example.org ")
    write(email="")
    assert [c.author_email for c in comments()] == ["tess@example.org", None]
    assert "tess@example.org" not in client.get("/").text
    assert "tess@example.org" not in client.get(f"/c/{comments()[0].status_token}").text


def test_a_second_click_or_a_reload_sends_nothing_more(client):
    form = read(client.get("/")).fields() | {"name": "Tess", "text": "you idiot"}
    first, second = client.post("/", data=form), client.post("/", data=form)
    assert first.location == second.location
    assert len(comments()) == 1


@pytest.mark.parametrize("change", [{"text": "Another"}, {"name": "Tom"}, {"email": "t@e.org"}])
def test_who_goes_back_and_changes_something_sends_a_new_comment(client, change):
    form = read(client.get("/")).fields() | {"name": "Tess", "text": "A kind word"}
    client.post("/", data=form)
    client.post("/", data=form | change)
    assert len(comments()) == 2


def test_the_same_form_on_another_page_sends_a_new_comment(client):
    form = read(client.get("/")).fields() | {"name": "Tess", "text": "A kind word"}
    client.post("/p/one", data=form)
    client.post("/p/two", data=form)
    assert [c.page for c in comments()] == ["one", "two"]


def test_every_form_has_a_key_of_its_own(client):
    keys = {read(client.get("/")).fields()["submission_key"] for _ in range(3)}
    assert len(keys) == 3


def test_with_the_scorer_down_the_comment_is_taken_in_and_held(client, write, scorer):
    scorer.down = True
    answer = write()
    assert answer.status_code == 303
    assert comments()[0].hold_reason == HoldReason.UNSCORED
    assert "until it has been read" in read(client.get(answer.location)).main


def test_with_the_model_damaged_the_comment_is_taken_in_and_held(site, tmp_path):
    models = tmp_path / "no-models"
    models.mkdir()
    broken = site(scorer=None, models=models).test_client()
    answer = broken.post("/", data={"name": "Tess", "text": "A kind word"})
    assert answer.status_code == 303
    assert comments()[0].hold_reason == HoldReason.UNSCORED


def test_a_text_that_kills_its_request_is_still_there(client, scorer):
    """As when the worker dies: whatever happens after the store cannot undo it."""

    def die(texts):
        raise SystemExit

    scorer.score = die
    with pytest.raises(SystemExit):
        client.post("/", data={"name": "Tess", "text": "A kind word"})
    assert comments()[0].hold_reason == HoldReason.UNSCORED


def test_a_form_that_was_open_too_long_comes_back_filled_and_works(app, client):
    app.config["WTF_CSRF_ENABLED"] = True
    typed = {"name": "Tess", "email": "t@example.org", "text": "An hour of work\r\n</textarea>"}
    answer = client.post("/p/bikes", data=typed | {"csrf_token": "of yesterday"})
    assert answer.status_code == 400
    page = read(answer)
    assert "Nothing is lost" in page.main
    back = page.fields()
    assert back["text"] == "An hour of work\n</textarea>"
    assert (back["name"], back["email"]) == ("Tess", "t@example.org")
    assert client.post("/p/bikes", data=back).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Comment)) == 1


def test_too_many_comments_are_refused_for_a_minute_and_nothing_is_lost(site):
    client = site(comment_limit="2 per minute").test_client()
    form = {"name": "Tess", "text": "A kind word"}
    answers = [client.post("/", data=form | {"text": f"Word {n}"}) for n in range(3)]
    assert [a.status_code for a in answers] == [303, 303, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 61
    page = read(answers[2])
    assert "wait a minute" in page.main
    assert page.fields()["text"] == "Word 2"
    assert client.get("/").status_code == 200, "reading is not limited"


def test_with_the_database_away_the_form_comes_back_filled(tmp_path, scorer):
    nowhere = settings_for_tests(tmp_path / "gone", database_url="postgresql://x@127.0.0.1:1/x")
    for settings in (nowhere, settings_for_tests(tmp_path / "gone")):
        app = create_app(settings, scorer)
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        answer = client.post("/p/bikes", data={"name": "Tess", "text": "An hour of work"})
        assert answer.status_code == 503
        page = read(answer)
        assert "Nothing is lost" in page.main
        assert page.fields()["text"] == "An hour of work"
        assert client.get("/p/bikes").status_code == 503


def test_a_scorer_that_raises_anything_never_costs_the_comment(client, write, scorer):
    for error in (ScorerUnavailable("down"), MemoryError(), RuntimeError("a bug")):
        scorer.score = lambda texts, error=error: (_ for _ in ()).throw(error)
        assert write(text=f"A kind word about {type(error).__name__}").status_code == 303
    assert {c.hold_reason for c in comments()} == {HoldReason.UNSCORED}
    assert len(comments()) == 3
