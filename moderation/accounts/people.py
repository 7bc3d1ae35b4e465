"""Invite people, change what they may do, and shut them out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, func, select, text

from moderation.accounts.authenticate import canonical_email, person_by_email
from moderation.accounts.links import new_link
from moderation.accounts.passwords import end_sessions
from moderation.accounts.tables import User
from moderation.audit.record import Actor, record
from moderation.db import db, writing
from moderation.web.permissions import Role


class Refused(Exception):
    """A change that would do harm; the message says what and what to do instead."""


class EmailTaken(Exception):
    """Somebody has this address already."""


def everyone() -> Sequence[User]:
    """All people, by name."""
    return db.session.scalars(select(User).order_by(func.lower(User.display_name), User.id)).all()


def keep_people_still() -> None:
    """Let nobody else change people until the writing transaction ends.

    For rules about several people at once, such as "one admin must remain": SQLite's writer is
    alone anyway; on PostgreSQL two changes could each see the other's admin still there.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE"))


def invite(address: str, name: str, role: Role, by: Actor, *, hours: int) -> tuple[int, str]:
    """Store a person without a password. Returns their number and the token of their link.

    Raises EmailTaken.
    """
    with writing() as session:
        keep_people_still()
        if person_by_email(address):
            raise EmailTaken
        user = User(email=canonical_email(address), display_name=name, role=role)
        session.add(user)
        session.flush()
        record("user.invited", by, ("user", user.id), after=role, note=name)
        return user.id, new_link(user, by, hours=hours)


def make_link(user_id: int, by: Actor, *, hours: int) -> str:
    """The token of a new link that sets this person's password. Raises LookupError, Refused."""
    with writing():
        user = _person(user_id)
        if not user.active:
            raise Refused(f"{user.display_name} is disabled. Enable them first, then make a link.")
        return new_link(user, by, hours=hours)


def change_role(user_id: int, role: Role, by: Actor) -> None:
    """Give a person another role. Raises LookupError, and Refused for the last admin or oneself."""
    with writing():
        keep_people_still()
        user = _person(user_id)
        if user.role == role:
            return
        if user.role == Role.ADMIN:
            _refuse_to_lose_admin(user, by, "another role")
        before, user.role = user.role, role
        note = user.display_name
        record("user.role_changed", by, ("user", user.id), before=before, after=role, note=note)


def disable(user_id: int, by: Actor) -> None:
    """Shut a person out: sessions and link end at once. Raises LookupError and Refused."""
    with writing():
        keep_people_still()
        user = _person(user_id)
        if not user.active:
            return
        _refuse_to_lose_admin(user, by, "disabled")
        user.active = False
        user.link_hash = user.link_expires_at = None
        end_sessions(user)
        record("user.disabled", by, ("user", user.id), note=user.display_name)


def enable(user_id: int, by: Actor) -> None:
    """Let a person in again, with the password they had. Raises LookupError."""
    with writing():
        user = _person(user_id)
        if not user.active:
            user.active = True
            record("user.enabled", by, ("user", user.id), note=user.display_name)


def rename(user_id: int, name: str) -> None:
    """Change a person's name; the trail keeps the one they had. Raises LookupError."""
    with writing():
        _person(user_id).display_name = name


def sign_out_everywhere(user_id: int) -> None:
    """End all sessions of a person. Raises LookupError."""
    with writing():
        end_sessions(_person(user_id))


def somebody_can_sign_in(*, but: User | None = None, role: Role | None = None) -> bool:
    """Whether anybody can sign in, with this role, other than `but`."""
    query = select(User.id).where(User.active, User.password.is_not(None))
    if but is not None:
        query = query.where(User.id != but.id)
    if role is not None:
        query = query.where(User.role == role)
    return bool(db.session.scalar(select(exists(query))))


def _refuse_to_lose_admin(user: User, by: Actor, becomes: str) -> None:
    if user.id == by.id:
        raise Refused(f"You cannot make yourself {becomes}. Ask another admin to do it.")
    if user.role == Role.ADMIN and not somebody_can_sign_in(but=user, role=Role.ADMIN):
        raise Refused(
            f"{user.display_name} is the last admin who can sign in. Make somebody else an admin "
            "first; once they have set a password, this works."
        )


def _person(user_id: int) -> User:
    """The person as they are now, kept still until the writing transaction ends."""
    user = db.session.scalar(select(User).where(User.id == user_id).with_for_update())
    if user is None:
        raise LookupError(f"there is no person {user_id}")
    return user
