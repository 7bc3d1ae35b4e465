"""Sign-in, sessions and passwords: Flask-Security, set up for this house."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.core import RoleMixin

from moderation.accounts.tables import User
from moderation.db import db
from moderation.settings import Settings
from moderation.web.guard import PUBLIC, declare
from moderation.web.permissions import Permission


class NoRole(RoleMixin):
    """Flask-Security wants a role class; `User.role` and the guard do this work here."""


def init_app(app: Flask, settings: Settings) -> None:
    """Set up sign-in."""
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SALT=app.config["SECRET_KEY"],
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_LOGIN_URL="/login",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_EMAIL_SENDER="nobody@localhost",
        SECURITY_JOIN_USER_ROLES=False,  # there is no such relationship: see User.roles
    )
    Security(app, SQLAlchemyUserDatastore(db, User, NoRole), register_blueprint=True)
    declare(
        app,
        {
            "security.login": PUBLIC,
            "security.logout": Permission.OWN_ACCOUNT,
            "security.static": PUBLIC,
        },
    )


user_cli = AppGroup("user", help="People who may sign in.")


@user_cli.command("reset")
@click.argument("email")
def reset(email: str) -> None:
    """Print a link that sets a new password. Example: flask user reset ana@example.org"""
