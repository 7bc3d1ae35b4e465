"""The form of a person's own preferences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, Field, IntegerField, RadioField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, NumberRange, Optional

from moderation.review.preferences import (
    ACTS,
    LONGEST_MINUTES,
    MOST_IN_A_ROW,
    DeskPreferences,
    KeyProblem,
    Masking,
)
from moderation.scoring.labels import LABELS
from moderation.web.forms import Form

MASKINGS = {
    Masking.OFF: "Off",
    Masking.SEVERE: "Severe ones only (highest score over 0.90, or no scores yet)",
    Masking.ALL: "Every text",
}
KEY = "key_"


class _Choices(Form):
    """All but the keys, of which there is a field for each action."""

    masking = RadioField(
        "Blur the text of comments",
        choices=[SelectChoice(*pair) for pair in MASKINGS.items()],
        coerce=Masking,
        default=Masking.OFF,
    )
    left_out = SelectMultipleField(
        "Classes left out of your queue",
        choices=[SelectChoice(label, label.replace("_", " ")) for label in LABELS],
    )
    severe_in_row = IntegerField(
        "Severe comments in a row",
        [Optional(), NumberRange(0, MOST_IN_A_ROW, message=f"From 0 to {MOST_IN_A_ROW}.")],
    )
    break_minutes = IntegerField(
        "Minutes until a word about a break",
        [Optional(), NumberRange(0, LONGEST_MINUTES, message=f"From 0 to {LONGEST_MINUTES}.")],
    )
    counter = BooleanField("Show how many you decided in this session")
    digest = BooleanField("Mail me each morning what waits")


class PreferencesForm(_Choices):
    """The whole form; a field named after each action holds its key."""

    @classmethod
    def showing(cls, chosen: DeskPreferences) -> PreferencesForm:
        """The form with what somebody chose in it."""
        keys = {KEY + name: key for name, key in chosen.keys.items()}
        return cls(formdata=None, data={**vars(chosen), **keys})

    @property
    def keys(self) -> Sequence[tuple[str, Field]]:
        """The name of each action with its field."""
        return [(name, self[KEY + name]) for name in ACTS]

    @property
    def chosen(self) -> DeskPreferences:
        """The validated values."""
        return DeskPreferences(
            keys={name: (field.data or "").strip() for name, field in self.keys},
            masking=self.masking.data,
            left_out=tuple(self.left_out.data or ()),
            severe_in_row=self.severe_in_row.data or 0,
            break_minutes=self.break_minutes.data or 0,
            counter=self.counter.data,
            digest=self.digest.data,
        )

    def refuse_key(self, problem: KeyProblem) -> None:
        """Say at a key's field why it cannot be."""
        field: Any = self[KEY + problem.name]
        field.errors = [*field.errors, str(problem)]


for _name, _act in ACTS.items():
    setattr(
        PreferencesForm,
        KEY + _name,
        StringField(_act.words.capitalize(), [Length(1, 1, message="One letter or sign.")]),
    )
