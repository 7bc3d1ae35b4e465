"""The filter of the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from moderation.audit.trail import By, TrailFilter
from moderation.db import MAX_ID
from moderation.text.storable import storable
from moderation.web.forms import Form


class DayField(DateField):
    """A day, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day as browsers send it."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Write the day as 2026-01-31.") from None


class TrailForm(Form):
    """Which events to list."""

    class Meta:
        """A form that only reads needs no token."""

        csrf = False

    by = SelectField(
        "By",
        choices=[
            SelectChoice(By.ANYONE, "Anyone"),
            SelectChoice(By.PEOPLE, "People"),
            SelectChoice(By.SYSTEM, "The system"),
        ],
        coerce=By,
        default=By.ANYONE,
    )
    action = SelectField("Action", coerce=lambda value: value or None, default=None)
    person = StringField(
        "Name",
        [Length(max=120)],
        filters=[lambda value: storable(value or "").strip() or None],
    )
    comment = IntegerField(
        "Comment number",
        [Optional(), NumberRange(1, MAX_ID, message="Comments are numbered from 1.")],
    )
    since = DayField("From day", [Optional()])
    until = DayField("To day", [Optional()])

    def __init__(self, *args: Any, actions: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(action, action.replace(".", ": ").replace("_", " ")) for action in actions]
        self.action.choices = [SelectChoice(*pair) for pair in [("", "Any"), *named]]

    def validate_until(self, field: DayField) -> None:
        """A range runs forwards."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError("This day is before the first one: nothing can match.")

    def as_filter(self) -> TrailFilter:
        """The validated values."""
        return TrailFilter(**{field.name: field.data for field in self})
