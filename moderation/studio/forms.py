"""The form of thresholds: six times a review threshold and, where ticked, an auto-reject one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import Length

from moderation.policy.decide import Policy, PolicyError, Threshold, check
from moderation.review.forms import tidy
from moderation.scoring.labels import LABELS
from moderation.web.fields import ScoreField
from moderation.web.forms import Form

MAX_NOTE = 500


class ThresholdsForm(Form):
    """The values of a policy to be, the version they were made from, and the preview's seal."""

    base = HiddenField()
    previewed = HiddenField()
    note = StringField(
        "Note",
        [Length(max=MAX_NOTE, message=f"A note has at most {MAX_NOTE} characters.")],
        filters=[tidy],
    )

    @classmethod
    def showing(cls, policy: Policy, *, base: int) -> ThresholdsForm:
        """The form filled from a policy, to be saved after version `base`."""
        data: dict[str, Any] = {"base": str(base)}
        for label in LABELS:
            limit = policy.thresholds[label]
            data[f"{label}_review"] = limit.review
            data[f"{label}_rejects"] = limit.auto_reject is not None
            data[f"{label}_auto_reject"] = limit.auto_reject
        return cls(formdata=None, data=data)

    def part(self, label: str, part: str) -> ScoreField:
        """The number field of a label's `review` or `auto_reject` threshold."""
        return cast(ScoreField, self[f"{label}_{part}"])

    def rejects(self, label: str) -> BooleanField:
        """The box that turns a label's auto-reject threshold on."""
        return cast(BooleanField, self[f"{label}_rejects"])

    def thresholds(self) -> Mapping[str, Threshold]:
        """The six thresholds. Only after `validate` has returned True."""
        return {label: self._threshold(label) for label in LABELS}

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, then each label as a policy checks it; every error at its field."""
        valid = super().validate(extra_validators)
        checked = [self._check(label) for label in LABELS]
        return valid and all(checked)

    def _check(self, label: str) -> bool:
        needed = ["review"]
        if self.rejects(label).data:
            needed.append("auto_reject")
        for part in needed:
            field = self.part(label, part)
            if field.data is None and not field.errors:
                unless = ", or untick the box." if part == "auto_reject" else "."
                field.errors = [f"Write a number from 0 to 1, such as 0.6{unless}"]
        if any(self.part(label, part).errors for part in needed):
            return False
        try:
            check(label, self._threshold(label))
        except PolicyError as error:
            self.part(label, error.part).errors = [f"{error.reason[:1].upper()}{error.reason[1:]}."]
            return False
        return True

    def _threshold(self, label: str) -> Threshold:
        rejects = self.rejects(label).data
        return Threshold(
            self.part(label, "review").data,
            self.part(label, "auto_reject").data if rejects else None,
        )


for _label in LABELS:
    _name = _label.replace("_", " ").capitalize()
    setattr(ThresholdsForm, f"{_label}_review", ScoreField(f"{_name}: review from"))
    setattr(ThresholdsForm, f"{_label}_rejects", BooleanField(f"{_name}: reject automatically"))
    setattr(ThresholdsForm, f"{_label}_auto_reject", ScoreField(f"{_name}: reject from"))
