"""The forms of the desk's options and of the guidelines."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from moderation.policy.options import LEAST_DAYS_KEPT, DeskOptions
from moderation.text.storable import storable
from moderation.text.visible import one_line
from moderation.web.forms import Form

# What each option is called, and what it means to those who work with it.
WORDS = {
    "undo_seconds": (
        "Seconds before mail and webhooks leave",
        "An undo within them is heard by nobody.",
    ),
    "claim_minutes": ("Minutes that a claim lasts", "Longer only while the page stays open."),
    "hours_worst": (
        "Hours to decide the worst",
        "Highest score from 0.90 on, and what has no scores.",
    ),
    "hours_high": ("Hours to decide the bad", "Highest score from 0.70 on."),
    "hours_rest": ("Hours to decide the rest", "Everything else that is held."),
    "second_looks_percent": (
        "Second looks, of a hundred decisions",
        "So many decided comments are shown blind to another person, to see whether they agree.",
    ),
    "samples_per_10000": (
        "Samples, of ten thousand published",
        "So many comments below every threshold are shown blind, to estimate what is missed.",
    ),
    "golden_every": (
        "Decisions between golden items",
        "After so many decisions a person is shown one whose answer is known. 0: never.",
    ),
    "erase_after_days": (
        "Days that rejected and removed comments keep their text",
        "Then the text, the author and moderators' notes are erased for good; scores and decisions"
        f" stay. 0: never; else {LEAST_DAYS_KEPT} at least.",
    ),
}


def _number(name: str) -> IntegerField:
    [option] = [f for f in fields(DeskOptions) if f.name == name]
    least, most = option.metadata["least"], option.metadata["most"]
    message = f"Write a whole number from {least:,} to {most:,}."
    label, meaning = WORDS[name]
    return WholeNumberField(
        label,
        [InputRequired(message), NumberRange(least, most, message=message)],
        description=meaning,
    )


class WholeNumberField(IntegerField):
    """A whole number; anything else is refused in the words of its range."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number."""
        typed = (valuelist or [""])[0].strip()
        if typed.isascii() and typed.isdigit() and len(typed) <= 9:
            self.data = int(typed)
        elif typed:
            raise ValueError(self.validators[0].message)


class OptionsForm(Form):
    """The options of the desk."""

    undo_seconds = _number("undo_seconds")
    claim_minutes = _number("claim_minutes")
    hours_worst = _number("hours_worst")
    hours_high = _number("hours_high")
    hours_rest = _number("hours_rest")
    second_looks_percent = _number("second_looks_percent")
    samples_per_10000 = _number("samples_per_10000")
    golden_every = _number("golden_every")
    erase_after_days = _number("erase_after_days")

    def changes(self) -> dict[str, Any]:
        """The validated values."""
        return {name: self[name].data for name in WORDS}


class GuidelineForm(Form):
    """A guideline: its title for moderators and its text for authors."""

    title = StringField(
        "Title",
        [DataRequired("Give it a title."), Length(max=80, message="At most 80 characters.")],
        filters=[lambda text: one_line(storable(text or ""))],
    )
    text = TextAreaField(
        "What the author reads",
        [
            DataRequired("Say what the author should know."),
            Length(max=500, message="At most 500 characters."),
        ],
        filters=[lambda text: storable(text or "").strip()],
    )
