"""The trial page: six scores and what would follow, and nothing is stored."""

import dataclasses

import pytest
from sqlalchemy import func, select

from moderation import create_app
from moderation.audit.record import SYSTEM
from moderation.audit.tables import Event
from moderation.comments.tables import Comment
from moderation.comments.trial import EXAMPLES
from moderation.db import db
from moderation.policy.decide import Threshold
from moderation.policy.versions import save_policy
from moderation.scoring.labels import LABELS
from tests.conftest import settings_for_tests
from tests.page import read


def rows():
    return [db.session.scalar(select(func.count()).select_from(t)) for t in (Comment, Event)]


def test_it_shows_the_six_scores_the_thresholds_and_the_model(client):
    page = read(client.post("/try", data={"text": "you idiot"}))
    table = page.one("table", cls="scores")
    for label in LABELS:
        assert label.replace("_", " ") in table.text
    assert "0.96" in table.text
    assert "0.94" in table.text
    assert table.text.count("0.50") == 6
    assert len(page.all("line", cls="score-tick")) == 6
    assert "fixed.1" in page.main
    assert page.fields()["text"] == "you idiot"


@pytest.mark.parametrize(
    ("text", "would"),
    [
        ("A kind word", "would be published at once"),
        ("you idiot", "would wait for a moderator"),
        ("I will kill you", "would be refused at once"),
        ("xyzzy", "The program cannot read this"),
    ],
)
def test_it_says_what_would_become_of_the_text(client, text, would):
    limits = dict.fromkeys(LABELS, Threshold(0.5)) | {"threat": Threshold(0.5, 0.9)}
    save_policy(limits, SYSTEM, after=1)
    assert would in read(client.post("/try", data={"text": text})).main


def test_nothing_is_stored(client):
    before = rows()
    for text in ("A kind word", "you idiot", "xyzzy"):
        client.post("/try", data={"text": text})
    assert rows() == before


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_fills_the_box_and_is_scored(client, number):
    page = read(client.post("/try", data={"example": str(number), "text": "mine"}))
    assert page.fields()["text"] == EXAMPLES[number][1]
    assert page.all("table", cls="scores")


@pytest.mark.parametrize("example", ["-1", "99", "x", "", "0 ", "١"])
def test_an_unknown_example_leaves_the_text_alone(client, example):
    page = read(client.post("/try", data={"example": example, "text": "mine"}))
    assert page.fields()["text"] == "mine"


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "x" * 10_001])
def test_what_cannot_be_scored_comes_back_with_the_reason(client, text):
    answer = client.post("/try", data={"text": text})
    assert answer.status_code == 422
    assert read(answer).fields()["text"] == text


def test_with_the_scorer_down_the_text_comes_back(client, scorer):
    scorer.down = True
    answer = client.post("/try", data={"text": "A kind word"})
    assert answer.status_code == 503
    page = read(answer)
    assert "does not answer right now" in page.main
    assert page.fields()["text"] == "A kind word"


def test_with_the_model_missing_or_the_database_away_the_text_comes_back(tmp_path, scorer):
    (tmp_path / "empty").mkdir()
    away = settings_for_tests(tmp_path / "gone")
    for app in (
        create_app(dataclasses.replace(away, models=tmp_path / "empty")),
        create_app(away, scorer),
    ):
        app.config["WTF_CSRF_ENABLED"] = False
        answer = app.test_client().post("/try", data={"text": "A kind word"})
        assert answer.status_code == 503
        assert read(answer).fields()["text"] == "A kind word"


def test_a_form_that_was_open_too_long_comes_back_filled(app, client):
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/try", data={"text": "A kind word"})
    assert answer.status_code == 400
    assert client.post("/try", data=read(answer).fields()).status_code == 200


def test_too_many_trials_are_refused_for_a_minute(site):
    client = site(try_limit="1 per minute").test_client()
    answers = [client.post("/try", data={"text": "A kind word"}) for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 429]
    assert read(answers[1]).fields()["text"] == "A kind word"
