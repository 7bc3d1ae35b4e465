"""Find out whether somebody is who they say: the one place where a password is compared."""

from __future__ import annotations

import unicodedata

from sqlalchemy import select

from moderation.accounts.passwords import give_password, hashed, matches
from moderation.accounts.tables import User
from moderation.accounts.throttle import forgive, reserve_try
from moderation.audit.record import SYSTEM, record
from moderation.db import db, writing


def canonical_email(address: str) -> str:
    """The one way an address is stored and looked up."""
    return unicodedata.normalize("NFC", address).strip().casefold()


def person_by_email(address: str) -> User | None:
    """The person with this address, or None."""
    return db.session.scalar(select(User).where(User.email == canonical_email(address)))


def authenticate(address: str, password: str, *, tries: int, wait: int) -> User | None:
    """The person behind an address and a password; None if either is wrong.

    The answer and the time it takes are the same for a wrong password, an unknown address, and
    somebody invited or disabled. Raises MustWait after `tries` wrong passwords in a row, also
    for the right one.
    """
    email = canonical_email(address)
    taken = reserve_try(email, tries=tries, wait=wait)
    user = person_by_email(email)
    right = matches(password, user.password if user else None)
    if user and user.active and right:
        with writing():
            forgive(email)
        return user
    if user and user.active and taken == tries:
        with writing():
            record("user.locked_out", SYSTEM, ("user", user.id), note=user.display_name)
    return None


def sign_in(address: str, password: str, *, tries: int, wait: int) -> User | None:
    """`authenticate`, with an event for the sign-in. Raises MustWait."""
    user = authenticate(address, password, tries=tries, wait=wait)
    if user:
        with writing():
            record("user.signed_in", user.actor, ("user", user.id))
    return user


def change_password(user: User, current: str, new: str, *, tries: int, wait: int) -> bool:
    """Set one's own password; False if the current one is wrong. Raises MustWait.

    A wrong current password counts as at sign-in: a desk left open is no place to guess at.
    """
    if authenticate(user.email, current, tries=tries, wait=wait) is None:
        return False
    password_hash = hashed(new)
    with writing():
        give_password(user, password_hash, user.actor)
    return True
