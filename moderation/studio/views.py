"""Pages of this room."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from moderation.web.guard import public, requires
from moderation.web.permissions import Permission

blueprint = Blueprint("studio", __name__)


@blueprint.get("/admin/policy")
@requires(Permission.EDIT_POLICY)
def thresholds() -> ResponseReturnValue:
    return "thresholds"
