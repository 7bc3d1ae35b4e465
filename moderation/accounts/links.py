"""Links that set a password: the invitation, and the way back in when it was forgotten.

A person has one link at most, so a newer one kills the older. The link is random and only its
hash is stored: whoever reads the database cannot use it. It works once, for some hours, and
dies as well when the person sets a password another way or is disabled. The old password and
its sessions live on until the new one is set: a link made by mistake locks nobody out. To lock
somebody out at once, disable them.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select

from moderation.accounts.passwords import give_password, hashed
from moderation.accounts.tables import User
from moderation.accounts.throttle import forgive
from moderation.audit.record import Actor, record
from moderation.db import db, now, writing


class LinkDead(Exception):
    """The link is wrong, used, too old, or replaced by a newer one."""


def new_link(user: User, by: Actor, *, hours: int) -> str:
    """Make the token of a person's only link, inside `writing()`."""
    token = secrets.token_urlsafe(32)
    user.link_hash = _hash(token)
    user.link_expires_at = now() + timedelta(hours=hours)
    record("user.link_made", by, ("user", user.id), note=user.display_name)
    return token


def address(base_url: str, token: str) -> str:
    """The whole link, to hand to the person."""
    return f"{base_url.rstrip('/')}/welcome/{token}"


def person_by_link(token: str, *, lock: bool = False) -> User:
    """Whose link this is. Raises LinkDead. `lock` keeps it still, inside `writing()`."""
    query = select(User).where(User.link_hash == _hash(token))
    user = db.session.scalar(query.with_for_update() if lock else query)
    if user is None or not user.active or user.link_expires_at is None:
        raise LinkDead
    if user.link_expires_at <= now():
        raise LinkDead
    return user


def use_link(token: str, password: str) -> User:
    """Set the password of the person whose link this is. Raises LinkDead.

    Wrong passwords that were counted are forgiven: the link lets in who was locked out.
    """
    password_hash = hashed(password)
    with writing():
        user = person_by_link(token, lock=True)
        give_password(user, password_hash, user.actor)
        forgive(user.email)
    return user


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
