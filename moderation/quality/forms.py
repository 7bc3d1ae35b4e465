"""The answer to a blind look, the golden item, and the end of a disagreement."""

from __future__ import annotations

from wtforms import HiddenField, IntegerField, RadioField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf, InputRequired, NumberRange

from moderation.comments.tables import Status
from moderation.db import MAX_ID
from moderation.scoring.labels import LABELS
from moderation.web.forms import Form

NO_COMMENT = "There is no such comment."


class AnswerForm(Form):
    """What a person says of a comment: whether it may stay, and which classes apply."""

    answer = RadioField(
        "What should become of it",
        choices=[
            SelectChoice("keep", "It may stand"),
            SelectChoice("reject", "It should not stand"),
        ],
        validators=[InputRequired("Choose one.")],
    )
    labels = SelectMultipleField("What truly applies", choices=list(LABELS))

    @property
    def reject(self) -> bool:
        """Whether it should not stand."""
        return bool(self.answer.data == "reject")


class GoldenForm(AnswerForm):
    """A comment with its known answer."""

    comment = IntegerField(
        "Number of the comment",
        [InputRequired(NO_COMMENT), NumberRange(1, MAX_ID, message=NO_COMMENT)],
    )


class SettleForm(Form):
    """Whether to change what was decided; `seen` is the status that the page showed."""

    to = HiddenField(validators=[AnyOf(["keep", "change"], message="Choose what to do.")])
    seen = HiddenField(validators=[AnyOf(list(Status), message="Reload the page.")])
