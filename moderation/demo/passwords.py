"""The three people of a demo site, known by their addresses, and new passwords for them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from moderation.accounts.passwords import give_password, hashed
from moderation.accounts.tables import User
from moderation.accounts.throttle import forgive
from moderation.audit.record import SYSTEM
from moderation.db import db, writing
from moderation.web.permissions import Role

# Letters and digits that are not taken for one another when read aloud or copied by hand.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class NotADemo(Exception):
    """None of the demo's people is here: this is somebody's real site."""


@dataclass(frozen=True)
class Login:
    """Who may sign in, and with what; shown once and never stored."""

    name: str
    email: str
    role: Role
    password: str


PEOPLE: tuple[tuple[str, str, Role], ...] = (
    ("Ottilie Marsh", "ottilie.marsh@example.org", Role.ADMIN),
    ("Idris Cole", "idris.cole@example.org", Role.MODERATOR),
    ("Wren Halloway", "wren.halloway@example.org", Role.MODERATOR),
)


def new_password() -> str:
    """Sixteen random characters in four groups: 79 bits, and still fit to be typed."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def new_passwords() -> Sequence[Login]:
    """Give the demo's people new passwords; their sessions end. Raises NotADemo."""
    emails = [email for _, email, _ in PEOPLE]
    known = db.session.scalars(select(User).where(User.email.in_(emails)).order_by(User.id)).all()
    if not known:
        raise NotADemo
    logins = [Login(u.display_name, u.email, Role(u.role), new_password()) for u in known]
    hashes = {login.email: hashed(login.password) for login in logins}
    with writing() as session:
        for user in session.scalars(select(User).where(User.email.in_(emails)).with_for_update()):
            give_password(user, hashes[user.email], SYSTEM)
            forgive(user.email)
    return logins
