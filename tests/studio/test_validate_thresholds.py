"""What may stand in the form of thresholds, and what is said where something may not."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from moderation.policy.decide import Threshold
from moderation.scoring.labels import LABELS
from moderation.studio.forms import ThresholdsForm


@pytest.fixture(scope="module", autouse=True)
def request_context():
    app = Flask(__name__)
    app.config.update(SECRET_KEY="only for tests", WTF_CSRF_ENABLED=False)
    with app.test_request_context():
        yield


def filled(**values):
    """The form as it was sent: 0.5 for every class unless told; None is not sent at all."""
    sent = {**{f"{label}_review": "0.5" for label in LABELS}, **values}
    return ThresholdsForm(MultiDict({k: v for k, v in sent.items() if v is not None}))


# (what is sent, the field at fault, a part of the message)
WRONG = [
    ({"insult_review": ""}, "insult_review", "number from 0 to 1"),
    ({"insult_review": None}, "insult_review", "number from 0 to 1"),
    ({"insult_review": "abc"}, "insult_review", "number from 0 to 1"),
    ({"insult_review": "nan"}, "insult_review", "number from 0 to 1"),
    ({"insult_review": "inf"}, "insult_review", "number from 0 to 1"),
    ({"insult_review": "1e400"}, "insult_review", "number from 0 to 1"),
    ({"insult_review": "-0.1"}, "insult_review", "number from 0 to 1"),
    ({"insult_review": "1.1"}, "insult_review", "number from 0 to 1"),
    ({"insult_review": "0.5\0"}, "insult_review", "number from 0 to 1"),
    ({"insult_review": "0"}, "insult_review", "above 0"),
    ({"insult_rejects": "y"}, "insult_auto_reject", "untick the box"),
    ({"insult_rejects": "y", "insult_auto_reject": "x"}, "insult_auto_reject", "from 0 to 1"),
    ({"insult_rejects": "y", "insult_auto_reject": "0.5"}, "insult_auto_reject", "above"),
    ({"insult_rejects": "y", "insult_auto_reject": "0.2"}, "insult_auto_reject", "above"),
]


@pytest.mark.parametrize(("sent", "field", "message"), WRONG)
def test_a_value_that_cannot_be_is_refused_at_its_field(sent, field, message):
    form = filled(**sent)
    assert not form.validate()
    assert list(form.errors) == [field]
    assert message in form.errors[field][0]


def test_every_wrong_field_is_named_at_once():
    form = filled(insult_review="abc", threat_review="2", toxic_review="0")
    assert not form.validate()
    assert set(form.errors) == {"toxic_review", "threat_review", "insult_review"}


@pytest.mark.parametrize("text", ["0.4", "0,4", " .4 ", "4e-1", "0.40000"])
def test_a_number_may_be_written_in_several_ways(text):
    form = filled(insult_review=text)
    assert form.validate()
    assert form.thresholds()["insult"] == Threshold(0.4)


def test_an_auto_reject_threshold_counts_only_where_its_box_is_ticked():
    form = filled(insult_auto_reject="0.9", threat_auto_reject="0.8", threat_rejects="y")
    assert form.validate()
    assert form.thresholds()["insult"] == Threshold(0.5)
    assert form.thresholds()["threat"] == Threshold(0.5, 0.8)


def test_what_is_shown_is_what_was_stored_to_the_last_digit():
    form = filled(insult_review=str(1 / 3))
    assert form.validate()
    again = filled(insult_review=form.part("insult", "review")._value())
    assert again.validate()
    assert again.thresholds()["insult"].review == 1 / 3
