"""Pages of this room."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from moderation.web.guard import requires
from moderation.web.permissions import Permission

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/admin")
@requires(Permission.MANAGE_USERS)
def admin() -> ResponseReturnValue:
    return "admin"


@blueprint.get("/admin/people")
@requires(Permission.MANAGE_USERS)
def people() -> ResponseReturnValue:
    return "people"


@blueprint.get("/account")
@requires(Permission.OWN_ACCOUNT)
def account() -> ResponseReturnValue:
    return "account"
