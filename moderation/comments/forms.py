"""The form under a page, and the one that only tries a text."""

from __future__ import annotations

import hashlib
import json
import secrets

from wtforms import Field, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, Length, Optional, ValidationError

from moderation.comments.reporting import MAX_REASON
from moderation.comments.submit import MAX_CHARACTERS, Draft
from moderation.text.storable import storable
from moderation.text.visible import one_line, shows_something
from moderation.web.forms import Form

MAX_NAME = 80
MAX_EMAIL = 254

TRAPPED = (
    "A field that only robots see was filled in, perhaps by an extension of your browser."
    " It is empty again, and nothing is lost: send your comment once more."
)


def _tidy_name(name: str | None) -> str:
    return one_line(storable(name or ""))


def _tidy_email(email: str | None) -> str:
    return storable(email or "").strip()


def _tidy_text(text: str | None) -> str:
    return storable(text or "")


class Visible:
    """Refuses what shows nothing: white space, and characters that are drawn as nothing."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: Form, field: Field) -> None:
        if not shows_something(field.data):
            raise ValidationError(self.message)


class AtMost:
    """Refuses what is too long, and says by how much. An emoji counts as one character."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, form: Form, field: Field) -> None:
        over = len(field.data) - self.limit
        if over > 0:
            raise ValidationError(
                f"{len(field.data):,} characters is {over:,} more than fit. Shorten it,"
                f" or send it in parts of {self.limit:,}."
            )


class CommentForm(Form):
    """A comment on a page."""

    name = StringField(
        "Name",
        filters=[_tidy_name],
        validators=[
            DataRequired("Say what to call you. It need not be your real name."),
            Visible("This name cannot be seen. Use letters, figures or signs."),
            Length(max=MAX_NAME, message=f"At most {MAX_NAME} characters: shorten it, please."),
        ],
    )
    email = StringField(
        "E-mail",
        filters=[_tidy_email],
        validators=[
            Optional(),
            Length(max=MAX_EMAIL, message="No e-mail address is that long."),
            Email("This does not look like an e-mail address. Correct it, or leave it empty."),
        ],
    )
    text = TextAreaField(
        "Comment",
        filters=[_tidy_text],
        validators=[
            DataRequired("Your comment is empty. Write something first."),
            Visible("Your comment shows nothing. Write something first."),
            AtMost(MAX_CHARACTERS),
        ],
    )
    # The trap: people neither see nor reach it, robots fill in whatever there is.
    website = StringField("Leave this empty")
    submission_key = HiddenField(default=lambda: secrets.token_urlsafe(16))

    def validate(self, extra_validators: object = None) -> bool:
        """Whether the comment can be taken in; a filled trap is emptied and explained."""
        valid = bool(super().validate(extra_validators))
        if self.website.data:
            self.website.data = ""
            self.form_errors.append(TRAPPED)
            return False
        return valid

    def draft(self, page: str) -> Draft:
        """What the author sent, for a page."""
        return Draft(
            page=page,
            author_name=self.name.data,
            author_email=self.email.data or None,
            text=self.text.data,
            submission_key=self._key_of_this(page),
        )

    def _key_of_this(self, page: str) -> str:
        """The same for a second click on the same form, another once anything was changed.

        The form's own key alone would make who goes back and writes something else believe
        that it was sent.
        """
        sent = [self.submission_key.data, page, self.name.data, self.email.data, self.text.data]
        return hashlib.sha256(json.dumps(sent).encode()).hexdigest()


class ReportForm(Form):
    """What a reader finds wrong with a comment."""

    reason = TextAreaField(
        "What is wrong with it?",
        filters=[_tidy_text],
        validators=[Optional(), AtMost(MAX_REASON)],
    )


class TrialForm(Form):
    """A text to score and forget."""

    text = TextAreaField(
        "Text",
        filters=[_tidy_text],
        validators=[
            DataRequired("There is nothing to score yet. Write something, or pick an example."),
            Visible("This text shows nothing. Write something, or pick an example."),
            AtMost(MAX_CHARACTERS),
        ],
    )
