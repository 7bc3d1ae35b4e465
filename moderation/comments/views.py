"""Pages of this room."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from moderation.web.guard import public

blueprint = Blueprint("comments", __name__)


@blueprint.get("/")
@blueprint.get("/p/<key>")
@public
def page(key: str = "home") -> ResponseReturnValue:
    return key


@blueprint.get("/c/<token>")
@public
def status(token: str) -> ResponseReturnValue:
    return token


@blueprint.get("/try")
@public
def try_it() -> ResponseReturnValue:
    return "try"
