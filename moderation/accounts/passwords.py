"""Passwords: what a good one is, how it is kept, and how a person gets it."""

from __future__ import annotations

import secrets
import unicodedata

from flask_security import hash_password, verify_password

from moderation.accounts.tables import User
from moderation.audit.record import Actor, record

MIN_LENGTH = 10
MAX_LENGTH = 500  # hashing reads it all: nobody may send a novel
RULES = f"At least {MIN_LENGTH} characters. Several words that you remember are best."

# The commonest that are long enough; what follows a pattern is caught by it.
COMMONEST = """
0123456789 1234567890 12345678910 1234567891 123456789a 123456789q 1q2w3e4r5t 1qaz2wsx3edc
abcdefghij abcdefghijkl administrator baseball123 changeme123 charlie123 computer123
dragon12345 football123 iloveyou12 iloveyou123 letmein123 letmein1234 liverpool1 michael123
moderation moderator1 moderator123 monkey12345 mypassword passw0rd123 password01 password10
password11 password12 password123 password1234 password12345 password123! passwordpassword
princess12 q1w2e3r4t5 qazwsxedcrfv qwerty1234 qwerty12345 qwerty123456 qwertyuiop qwertyuiop1
qwertyuiopasdfghjkl sunshine12 superman12 trustno1trustno1 welcome123 welcome1234 zaq12wsxcde3
"""


def weakness(password: str, email: str) -> str | None:
    """What to mend about a new password, or None if it will do."""
    plain = _normal(password).casefold()
    name = email.partition("@")[0].casefold()
    if len(plain) < MIN_LENGTH:
        return f"Use at least {MIN_LENGTH} characters; this has {len(plain)}."
    if len(plain) > MAX_LENGTH:
        return f"Use at most {MAX_LENGTH} characters."
    if plain in COMMONEST.split():
        return "This is one of the commonest passwords, tried first by attackers. Use another."
    if len(set(plain)) < 5:
        return "Use more than a few different characters."
    if len(name) >= 3 and name in plain:
        return "Leave your e-mail address out of it."
    return None


def hashed(password: str) -> str:
    """The argon2 hash to keep. Takes some 20 ms by design: call it outside `writing()`."""
    return str(hash_password(_normal(password)))


def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password behind a hash. Without a hash it takes as long to say no."""
    if kept is None:
        hashed(password)
        return False
    return bool(verify_password(_normal(password), kept))


def give_password(user: User, password_hash: str, by: Actor) -> None:
    """Set a person's password, inside `writing()`.

    All their sessions end and an open link dies with it.
    """
    user.password = password_hash
    user.link_hash = user.link_expires_at = None
    end_sessions(user)
    record("user.password_set", by, ("user", user.id), note=user.display_name)


def end_sessions(user: User) -> None:
    """End all sessions of a person at their next request, inside `writing()`."""
    user.fs_uniquifier = secrets.token_hex(32)


def _normal(password: str) -> str:
    """One form for letters that keyboards compose differently."""
    return unicodedata.normalize("NFC", password)
