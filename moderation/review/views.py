"""Pages of this room."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from moderation.web.guard import public, requires
from moderation.web.permissions import Permission

blueprint = Blueprint("review", __name__)


@blueprint.get("/review")
@requires(Permission.READ_QUEUE)
def queue() -> ResponseReturnValue:
    return "queue"


@blueprint.get("/review/<int:comment_id>")
@requires(Permission.READ_QUEUE)
def case(comment_id: int) -> ResponseReturnValue:
    return "case"
