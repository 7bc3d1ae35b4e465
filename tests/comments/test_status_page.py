"""The private status page: where the comment stands, in plain words, for its author alone."""

import pytest

from moderation.audit.record import SYSTEM, Actor
from moderation.comments.reasons import in_plain_words
from moderation.comments.status import change_status, locked
from moderation.comments.submit import MAX_TRIES, judge
from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db, writing
from moderation.scoring.labels import LABELS
from tests.page import read

MONA = Actor(1, "Mona")


def said(client, comment):
    db.session.rollback()
    token = db.session.get_one(Comment, comment.id).status_token
    return read(client.get(f"/c/{token}")).main


def bring(comment, *ways, note=None):
    with writing():
        for to in ways:
            change_status(locked(comment.id), to, MONA, note=note)


def test_it_shows_the_text_as_sent(client, comment):
    sent = comment("you idiot\n  twice", author="Tess")
    page = read(client.get(f"/c/{sent.status_token}"))
    assert page.one("div", cls="user-text").text == "you idiot\n  twice"
    assert page.one("bdi", cls="user-name").text == "Tess"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("you idiot", "because it may be insulting."),
        ("damn", "because it may be obscene."),
        ("kill you", "because it may be threatening."),
        ("filthy foreigners", "because it may be hateful towards a group of people or insulting."),
        ("xyzzy", "could not make sense of it"),
    ],
)
def test_a_held_comment_names_the_reason_in_plain_words(client, comment, text, words):
    assert words in said(client, comment(text))


def test_the_unscored_and_the_quarantined_are_told_so(client, comment, scorer):
    scorer.down = True
    sent = comment()
    assert "until it has been read" in said(client, sent)
    for _ in range(MAX_TRIES):
        judge(sent.id, scorer)
    assert db.session.get_one(Comment, sent.id).hold_reason == HoldReason.QUARANTINED
    assert "failed on it" in said(client, sent)


def test_a_published_comment_links_to_its_place(client, comment):
    sent = comment("A kind word", page="bikes")
    page = read(client.get(f"/c/{sent.status_token}"))
    assert "Your comment is published" in page.main
    assert page.all("a", href=f"/p/bikes#comment-{sent.id}")


def test_a_rejection_says_that_a_moderator_decided_and_keeps_the_note_private(client, comment):
    sent = comment("you idiot")
    bring(sent, Status.REJECTED, note="third time this week")
    text = said(client, sent)
    assert "A moderator read it and decided not to publish this comment" in text
    assert "third time" not in text
    assert "Mona" not in text


def test_a_removal_is_told(client, comment):
    sent = comment("A kind word")
    bring(sent, Status.REMOVED)
    assert "a moderator took it off the page" in said(client, sent)


def test_a_rejection_taken_back_is_told(client, comment):
    sent = comment("you idiot")
    bring(sent, Status.REJECTED, Status.PUBLISHED)
    assert "Your comment is published" in said(client, sent)


def test_a_rejection_by_the_policy_alone_is_not_blamed_on_a_moderator(client, comment):
    sent = comment("you idiot")
    with writing():
        change_status(locked(sent.id), Status.REJECTED, SYSTEM)
    text = said(client, sent)
    assert "moderator read it" not in text
    assert "insulting" in text


@pytest.mark.parametrize("to", [None, Status.REJECTED, Status.PUBLISHED])
def test_no_page_tells_a_score_or_a_version(client, comment, to):
    sent = comment("you idiot")
    if to:
        bring(sent, to)
    text = said(client, sent)
    for secret in ("0.9", "0.5", "96", "fixed", "olicy", "hreshold", "score"):
        assert secret not in text, secret


def test_search_engines_stay_out(client, comment):
    answer = client.get(f"/c/{comment().status_token}")
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "noindex" in read(answer).one("meta", name="robots").attributes["content"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("token", ["x", "a" * 43, "a" * 44, "%00", "%ff", "a%27--", "1%20or%201"])
def test_an_unknown_token_is_not_found(client, comment, token):
    comment()
    assert client.get(f"/c/{token}").status_code == 404


def test_a_token_cannot_be_guessed(comment):
    tokens = {comment(f"Word {n}").status_token for n in range(20)}
    assert len(tokens) == 20
    assert min(map(len, tokens)) >= 32


def test_every_class_has_plain_words_and_the_vague_give_way():
    assert all(in_plain_words([label]) for label in LABELS)
    assert in_plain_words(["toxic", "insult"]) == "insulting"
    assert in_plain_words(["insult", "threat", "obscene"]) == "threatening, insulting or obscene"
    assert in_plain_words(["severe_toxic", "toxic"]) == "very hostile or rude or hurtful"
