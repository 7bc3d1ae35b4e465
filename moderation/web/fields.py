"""Form fields that several rooms use."""

from __future__ import annotations

from typing import Any

from wtforms import FloatField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import NumberInput


class ScoreField(FloatField):
    """A number from 0 to 1, or nothing (None). A decimal comma serves as the point too."""

    MESSAGE = "Write a number from 0 to 1, such as 0.6."
    widget = NumberInput(step="any", min="0", max="1")

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, [Optional(), NumberRange(0, 1, message=self.MESSAGE)], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number. Not a number, infinite and out of range get the same message."""
        try:
            super().process_formdata([value.replace(",", ".") for value in valuelist])
        except ValueError:
            raise ValueError(self.MESSAGE) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else repr(self.data)
