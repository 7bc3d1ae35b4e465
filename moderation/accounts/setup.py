"""The one-time link that makes the first admin.

The link is random and signed with the secret key, and bound to "nobody can sign in yet":
nothing is stored, every start may print one, and all of them die with the first admin. Only
who reads the server's output, or owns its secret key, has one.
"""

from __future__ import annotations

import secrets

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from moderation.accounts.authenticate import canonical_email, person_by_email
from moderation.accounts.passwords import hashed
from moderation.accounts.people import EmailTaken, keep_people_still, somebody_can_sign_in
from moderation.accounts.tables import User
from moderation.audit.record import record
from moderation.db import writing
from moderation.web.permissions import Role


class SetupClosed(Exception):
    """The link is not ours, or somebody can sign in already."""


def setup_link(base_url: str) -> str | None:
    """The address that makes the first admin, or None if somebody can sign in already."""
    if somebody_can_sign_in():
        return None
    return f"{base_url.rstrip('/')}/setup/{_signer().dumps(secrets.token_urlsafe(16))}"


def check_setup(token: str) -> None:
    """Raise SetupClosed unless this link makes the first admin now."""
    try:
        _signer().loads(token)
    except BadSignature:
        raise SetupClosed from None
    if somebody_can_sign_in():
        raise SetupClosed


def make_first_admin(token: str, address: str, name: str, password: str) -> User:
    """Store the first admin. Raises SetupClosed, and EmailTaken for somebody invited."""
    check_setup(token)
    password_hash = hashed(password)
    with writing() as session:
        keep_people_still()
        check_setup(token)
        if person_by_email(address):
            raise EmailTaken
        user = User(
            email=canonical_email(address),
            display_name=name,
            role=Role.ADMIN,
            password=password_hash,
        )
        session.add(user)
        session.flush()
        record("user.first_admin", user.actor, ("user", user.id), after=Role.ADMIN, note=name)
    return user


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="first admin")
