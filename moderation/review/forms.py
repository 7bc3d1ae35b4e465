"""The queue's filter form and the form of a decision."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SearchField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import (
    AnyOf,
    DataRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from moderation.comments.tables import Status
from moderation.db import MAX_ID
from moderation.review.decide import CHOICES, MOST_AT_ONCE
from moderation.review.filters import NOTHING, Filter, Order, State
from moderation.review.tables import Guideline
from moderation.scoring.labels import LABELS
from moderation.text.storable import storable
from moderation.text.visible import one_line
from moderation.web.fields import ScoreField
from moderation.web.forms import Form

MAX_NOTE = 1000
MAX_SEARCH = 200
ITEM = re.compile(rf"[1-9]\d{{0,17}}:({'|'.join(Status)})")
DECISIONS = sorted({choice.to for choices in CHOICES.values() for choice in choices})

STATE_NAMES = {
    State.HELD: "Held",
    State.SCORE: "Held over a threshold",
    State.UNSCORED: "Held without scores",
    State.UNREADABLE: "Held as unreadable",
    State.LANGUAGE: "Held for unsupported language",
    State.QUARANTINED: "Quarantined",
    State.AUTHOR: "Held for its author",
    State.ESCALATED: "Escalated",
    State.REPORTED: "Reported by readers",
    State.PUBLISHED: "Published",
    State.REJECTED: "Rejected",
    State.REMOVED: "Removed",
    State.ALL: "All comments",
}


ORDER_NAMES = {
    Order.WORST: "Worst first",
    Order.DUE: "Due first",
    Order.OLDEST: "Oldest first",
    Order.NEWEST: "Newest first",
    Order.REPORTS: "Most reported first",
}


def tidy(value: str | None) -> str | None:
    """What was typed, fit for the database; None if that is nothing."""
    return storable(value or "").strip() or None


def _number_or_none(value: Any) -> int | None:
    """The number of a row, or None for nothing."""
    return int(value) if value not in ("", None, "None") else None


def known_classes(value: str | None) -> str | None:
    """The classes in "threat,insult" that there are; "none" is kept; None if that is nothing."""
    if value == NOTHING:
        return value
    return ",".join(label for label in LABELS if label in (value or "").split(",")) or None


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
    without = StringField(filters=[known_classes])
    order = SelectField(
        "Order",
        choices=[SelectChoice(*pair) for pair in ORDER_NAMES.items()],
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
        if self.order.data is Order.REPORTS:  # only what is published can be reported
            values |= {"state": State.REPORTED, "order": Order.WORST}
        return Filter(**values)


class RangeForm(Form):
    """A range of one class's scores, as the score map's address carries it."""

    class Meta:
        """A form that only reads needs no token."""

        csrf = False

    label = SelectField(
        "Class",
        choices=[SelectChoice(label, label.replace("_", " ")) for label in LABELS],
    )
    least = ScoreField("Score from", default=0.5)
    most = ScoreField("Score to", default=1.0)

    def validate_most(self, field: ScoreField) -> None:
        """A range runs upwards."""
        if self.least.data is not None and field.data is not None and field.data < self.least.data:
            raise ValidationError("This is below the lowest score: nothing can match.")

    def as_filter(self) -> Filter:
        """What waits in the range; an end that is left open is that of the scale."""
        least = 0.0 if self.least.data is None else self.least.data
        most = 1.0 if self.most.data is None else self.most.data
        return Filter(label=self.label.data, least=least, most=most)


class JudgementForm(Form):
    """What a person wants done: where to, by which guideline, and a note."""

    to = HiddenField(validators=[AnyOf(DECISIONS, message="Choose what to do.")])
    guideline = SelectField("Reason", coerce=_number_or_none, validate_choice=True, default="")
    note = StringField(
        "Note",
        [Length(max=MAX_NOTE, message=f"A note has at most {MAX_NOTE:,} characters.")],
        filters=[tidy],
    )

    def __init__(self, *args: Any, guidelines: Sequence[Guideline], **options: Any) -> None:
        super().__init__(*args, **options)
        self.guideline.choices = [
            SelectChoice("", "No reason given"),
            *(SelectChoice(str(row.id), row.title) for row in guidelines),
        ]

    @property
    def guideline_given(self) -> int | None:
        """The guideline, where the decision is one that needs a reason."""
        against = (Status.REJECTED, Status.REMOVED)
        return self.guideline.data if self.to.data in against else None


class DecisionForm(JudgementForm):
    """A decision on one comment; `seen` is the status that the page showed.

    `anyway`: even if somebody else has it open. `asks`: that was not said, and is to be asked.
    """

    asks = False
    seen = HiddenField(validators=[AnyOf(list(Status), message="Reload the page.")])
    anyway = BooleanField()


class BulkForm(JudgementForm):
    """A decision on many comments, each with the status that the page showed: "12:held"."""

    items = SelectMultipleField("Comments", validate_choice=False)

    def validate_items(self, field: SelectMultipleField) -> None:
        """Each item names a comment and a status, and they are not too many."""
        if not field.data:
            raise ValidationError("Choose at least one comment.")
        if len(field.data) > MOST_AT_ONCE:
            raise ValidationError(f"At most {MOST_AT_ONCE:,} comments go at once.")
        if any(not ITEM.fullmatch(item) for item in field.data):
            raise ValidationError("Reload the page, and choose again.")

    @property
    def seen(self) -> Mapping[int, Status]:
        """How each comment stood on the screen."""
        pairs = (item.split(":") for item in self.items.data)
        return {int(number): Status(status) for number, status in pairs}

    @property
    def numbers(self) -> Sequence[int]:
        """The comments that are named, whatever else is wrong."""
        return [int(item.split(":")[0]) for item in self.items.data or () if ITEM.fullmatch(item)]


class NoteForm(Form):
    """A private note."""

    text = TextAreaField(
        "Add a note",
        [
            DataRequired("The note is empty."),
            Length(max=MAX_NOTE, message=f"A note has at most {MAX_NOTE:,} characters."),
        ],
        filters=[tidy],
        id="note-text",  # the search beside it has "text"
    )


class LabelsForm(Form):
    """Which of the six classes apply."""

    labels = SelectMultipleField("Labels", choices=[SelectChoice(label) for label in LABELS])


class ViewForm(Form):
    """The name of a view to keep."""

    name = StringField(
        "Name",
        [
            DataRequired("Give it a name."),
            Length(max=60, message="A name has at most 60 characters."),
        ],
        filters=[lambda name: one_line(storable(name or ""))],
    )
