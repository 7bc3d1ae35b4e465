"""For load balancers and monitors: /healthz and /readyz."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from moderation.operations.health import State, checks
from moderation.web.context import current_settings
from moderation.web.guard import public
from moderation.web.hosts import under_any_name
from moderation.web.security_headers import over_plain_http

blueprint = Blueprint("operations", __name__)


@blueprint.get("/healthz")
@public
@under_any_name
@over_plain_http
def alive() -> ResponseReturnValue:
    """This process answers. Nothing else is asked."""
    return "ok\n", 200, {"Content-Type": "text/plain"}


@blueprint.get("/readyz")
@public
@under_any_name
@over_plain_http
def ready() -> ResponseReturnValue:
    """Whether this node can serve; 503 if it cannot, with what is wrong."""
    found = checks(current_settings())
    fit = all(check.state is not State.UNFIT for check in found)
    body = {
        "ready": fit,
        "degraded": any(check.state is State.DEGRADED for check in found),
        "checks": {check.name: check.said for check in found},
    }
    return jsonify(body), 200 if fit else 503
