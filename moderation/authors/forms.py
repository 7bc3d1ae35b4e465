"""The form of a rule about an author."""

from __future__ import annotations

from datetime import datetime, timedelta

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf, DataRequired, Length

from moderation.comments.tables import RuleKind
from moderation.db import now
from moderation.text.storable import storable
from moderation.web.forms import Form

MAX_REASON = 500
DAYS = (1, 3, 7, 14, 30, 90, 365)


class RuleForm(Form):
    """Mute an author, or see everything of theirs first, for some days and for a reason."""

    kind = RadioField(
        "What to do",
        choices=[
            SelectChoice(RuleKind.REVIEW, "See everything first: each comment is held for us"),
            SelectChoice(RuleKind.MUTED, "Mute: nothing can be sent"),
        ],
        default=RuleKind.REVIEW,
        validators=[AnyOf(list(RuleKind), message="Choose what to do.")],
    )
    days = SelectField(
        "For",
        choices=[SelectChoice(str(n), "1 day" if n == 1 else f"{n} days") for n in DAYS],
        default="7",
    )
    reason = TextAreaField(
        "Reason",
        filters=[lambda text: storable(text or "").strip()],
        validators=[
            DataRequired("Give a reason: the author reads it when they try to send."),
            Length(max=MAX_REASON, message=f"A reason has at most {MAX_REASON} characters."),
        ],
    )

    @property
    def until(self) -> datetime:
        """When the rule ends."""
        return now() + timedelta(days=int(self.days.data))
