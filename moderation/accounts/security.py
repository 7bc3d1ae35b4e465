"""Sessions and password hashing: Flask-Security, set up for this house.

Its own pages are not used: docs/decisions/0010-sign-in.md says why.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, request, session
from flask_login import current_user
from flask_security import Security, SQLAlchemyUserDatastore, login_user, logout_user
from flask_security.core import RoleMixin
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from moderation.accounts.tables import User
from moderation.db import db, now, writing

SEEN_EVERY = timedelta(minutes=5)  # a write for each request would be a waste

# What OWASP asks of argon2id at the least: 20 ms and 19 MiB. Flask-Security's 64 MiB, times the
# eight threads of a small server, would not fit beside the network.
ARGON2 = {
    "argon2__memory_cost": 19 * 1024,
    "argon2__time_cost": 2,
    "argon2__parallelism": 1,
}


class NoRole(RoleMixin):
    """Flask-Security wants a role class; `User.role` and the guard do this work here."""


def init_app(app: Flask) -> None:
    """Set up sessions and hashing."""
    app.config.update(
        # Or files that caches keep for everybody would carry somebody's session cookie.
        SESSION_REFRESH_EACH_REQUEST=False,
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        # No HMAC with the secret key before it: a lost key must not lose every password.
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=ARGON2,
        SECURITY_JOIN_USER_ROLES=False,  # there is no such relationship: see User.roles
        SECURITY_CLI_USERS_NAME=None,  # `flask user` is ours: it audits, and guards the last admin
        SECURITY_CLI_ROLES_NAME=None,
    )
    security = Security(app, SQLAlchemyUserDatastore(db, User, NoRole), register_blueprint=False)
    # Only the session cookie says who it is; no token in an address or a header does.
    security.login_manager.request_loader(None)
    app.before_request(_note_presence)


def start_session(user: User) -> None:
    """Sign this person in, in a session that holds nothing of the one before."""
    session.clear()
    session.permanent = True  # ends after `session_hours` without a request
    login_user(user, remember=False, authn_via=["password"])


def end_session() -> None:
    """Sign out whoever is signed in."""
    logout_user()
    session.clear()


def _note_presence() -> None:
    """Keep `last_seen_at`, a few minutes rough."""
    if request.endpoint == "static" or not current_user.is_authenticated:
        return
    session.modified = True  # the idle hours begin again
    moment = now()
    if current_user.last_seen_at and moment - current_user.last_seen_at < SEEN_EVERY:
        return
    try:
        with writing(patient=False) as open_session:
            open_session.execute(
                update(User).where(User.id == current_user.id).values(last_seen_at=moment)
            )
    except OperationalError:
        db.session.rollback()  # the database is busy: the page matters more
