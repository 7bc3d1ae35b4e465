"""Pages of this room."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from moderation.web.guard import requires
from moderation.web.permissions import Permission

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
@requires(Permission.VIEW_AUDIT)
def events() -> ResponseReturnValue:
    return "events"
