"""Forms of people and passwords."""

from __future__ import annotations

from typing import Any

from wtforms import Field, PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length, Regexp, ValidationError

from moderation.accounts.authenticate import canonical_email
from moderation.accounts.passwords import MAX_LENGTH, RULES, weakness
from moderation.text.storable import storable
from moderation.web.forms import Form
from moderation.web.permissions import Role

ROLES = [
    SelectChoice(Role.VIEWER, "Viewer: reads the queue"),
    SelectChoice(Role.MODERATOR, "Moderator: also decides"),
    SelectChoice(Role.ADMIN, "Admin: also runs the site"),
]


def typed(value: object) -> str:
    """What was sent, as text that can be stored, whatever was sent."""
    return storable(str(value or ""))


def tidy(value: object) -> str:
    """One line of text without space around it."""
    return " ".join(typed(value).split())


def email_field() -> StringField:
    """An address: it names an account, and no mail is sent to it."""
    return StringField(
        "E-mail",
        [
            DataRequired("Write an e-mail address."),
            Length(max=254, message="An e-mail address has at most 254 characters."),
            Regexp(
                r"[^@\s]+@[^@\s]+\Z", message="Write an e-mail address, such as ana@example.org."
            ),
        ],
        filters=[tidy, canonical_email],
    )


def name_field(label: str = "Name") -> StringField:
    """How a person is called on the desk and in the audit trail."""
    return StringField(
        label,
        [
            DataRequired("Write a name."),
            Length(max=80, message="A name has at most 80 characters."),
        ],
        filters=[tidy],
    )


def password_field(label: str = "Password") -> PasswordField:
    """A password that exists already: any will do."""
    return PasswordField(label, [DataRequired("Write the password.")], filters=[typed])


class NewPasswordField(PasswordField):
    """A password to be set, held against the rules and the address of the form's person."""

    def __init__(self, label: str = "Password", **options: Any) -> None:
        required = DataRequired("Write a password.")
        super().__init__(label, [required], filters=[typed], description=RULES, **options)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Say what to mend."""
        if not validation_stopped and (wrong := weakness(self.data, form.whose_email())):
            raise ValidationError(wrong)


class SignInForm(Form):
    """Who are you?"""

    email = StringField("E-mail", [DataRequired("Write your e-mail address.")], filters=[tidy])
    password = password_field()

    def validate_password(self, field: Field) -> None:
        """Refuse what nobody's password can be, before it is hashed."""
        if len(field.data) > MAX_LENGTH:
            raise ValidationError(f"A password has at most {MAX_LENGTH} characters.")


class SetupForm(Form):
    """The first admin."""

    name = name_field("Your name")
    email = email_field()
    password = NewPasswordField()

    def whose_email(self) -> str:
        """The address that the password must not hold."""
        return str(self.email.data)


class WelcomeForm(Form):
    """A password for the person whose link it is."""

    password = NewPasswordField("New password")

    def __init__(self, *, email: str) -> None:
        super().__init__()
        self._email = email

    def whose_email(self) -> str:
        """The address that the password must not hold."""
        return self._email


class PasswordForm(Form):
    """Another password for oneself."""

    current = password_field("Current password")
    password = NewPasswordField("New password")

    validate_current = SignInForm.validate_password

    def __init__(self, *, email: str) -> None:
        super().__init__()
        self._email = email

    def whose_email(self) -> str:
        """The address that the password must not hold."""
        return self._email


class NameForm(Form):
    """One's own name."""

    name = name_field()


class RoleForm(Form):
    """Another role."""

    role = SelectField("Role", choices=ROLES, coerce=Role)


class InviteForm(Form):
    """Somebody new."""

    name = name_field()
    email = email_field()
    role = SelectField("Role", choices=ROLES, coerce=Role, default=Role.MODERATOR)
