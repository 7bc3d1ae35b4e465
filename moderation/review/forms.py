"""The queue's filter form and the form of a decision."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, IntegerField, SearchField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf, Length, NumberRange, Optional, ValidationError

from moderation.comments.tables import Status
from moderation.db import MAX_ID
from moderation.review.decide import CHOICES
from moderation.review.filters import Filter, Order, State
from moderation.scoring.labels import LABELS
from moderation.text.storable import storable
from moderation.web.fields import ScoreField
from moderation.web.forms import Form

MAX_NOTE = 1000
MAX_SEARCH = 200
DECISIONS = sorted({choice.to for choices in CHOICES.values() for choice in choices})

STATE_NAMES = {
    State.HELD: "Held",
    State.SCORE: "Held over a threshold",
    State.UNSCORED: "Held without scores",
    State.UNREADABLE: "Held as unreadable",
    State.UNSUPPORTED: "Held for its language",
    State.QUARANTINED: "Quarantined",
    State.AUTHOR: "Held for its author",
    State.ESCALATED: "Escalated",
    State.PUBLISHED: "Published",
    State.REJECTED: "Rejected",
    State.REMOVED: "Removed",
    State.ALL: "All comments",
}


def tidy(value: str | None) -> str | None:
    """What was typed, fit for the database; None if that is nothing."""
    return storable(value or "").strip() or None


class IdField(IntegerField):
    """The number of a row, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; one that is too long for any row never becomes a number."""
        if valuelist and len(valuelist[0]) > len(str(MAX_ID)):
            raise ValueError("No such comment.")
        super().process_formdata(valuelist)


class FilterForm(Form):
    """The filters of the queue, as its address carries them."""

    class Meta:
        """A form that only reads needs no token."""

        csrf = False

    text = SearchField("Words in the text", [Length(max=MAX_SEARCH)], filters=[tidy])
    state = SelectField(
        "State",
        choices=[SelectChoice(*pair) for pair in STATE_NAMES.items()],
        coerce=State,
        default=State.HELD,
    )
    label = SelectField(
        "Class",
        choices=[
            SelectChoice("", "Any class"),
            *(SelectChoice(label, label.replace("_", " ")) for label in LABELS),
        ],
        coerce=lambda value: value or None,
        default=None,
    )
    least = ScoreField("Score from")
    most = ScoreField("Score to")
    author = StringField("Author", [Length(max=80)], filters=[tidy])
    page = StringField("Page", [Length(max=100)], filters=[tidy])
    author_of = IdField(
        "Author of comment", [Optional(), NumberRange(1, MAX_ID, message="No such comment.")]
    )
    order = SelectField(
        "Order",
        choices=[SelectChoice(order, f"{order.capitalize()} first") for order in Order],
        coerce=Order,
        default=Order.WORST,
    )

    def validate_most(self, field: ScoreField) -> None:
        """A range runs upwards."""
        if field.data is not None and self.least.data is not None and field.data < self.least.data:
            raise ValidationError("This is below the lowest score: nothing can match.")

    def as_filter(self) -> Filter:
        """The validated values."""
        values: dict[str, Any] = {field.name: field.data for field in self}
        return Filter(**values)


class DecisionForm(Form):
    """A decision; `seen` is the status that the page showed."""

    to = HiddenField(validators=[AnyOf(DECISIONS, message="Choose what to do.")])
    seen = HiddenField(validators=[AnyOf(list(Status), message="Reload the page.")])
    note = StringField(
        "Note",
        [Length(max=MAX_NOTE, message=f"A note has at most {MAX_NOTE:,} characters.")],
        filters=[tidy],
    )
