"""`flask model score`."""

import json

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo

from moderation.scoring.labels import LABELS
from moderation.training.cli import model_cli


@pytest.fixture
def score(tiny_models):
    def run(*arguments):
        info = ScriptInfo(create_app=lambda: Flask("test"))
        return CliRunner().invoke(
            model_cli, ["score", *arguments, "--models", str(tiny_models)], obj=info
        )

    return run


def test_json_has_the_scores_and_the_model(score):
    answer = json.loads(score("you stupid idiot", "--json").stdout)
    assert set(answer) == {"scores", "model"}
    assert tuple(answer["scores"]) == LABELS
    assert answer["model"] == "1.0"


def test_an_unreadable_text_has_no_scores_but_a_reason(score):
    answer = json.loads(score("Привет", "--json").stdout)
    assert answer["scores"] is None
    assert "cannot read" in answer["reason"]
    assert "cannot read" in score("").stdout


def test_people_get_a_line_per_class_and_see_what_is_over(score):
    lines = score("you stupid idiot").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(LABELS)
    assert "over the review threshold" in lines[0]
