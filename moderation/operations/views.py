"""For load balancers and monitors: /healthz, /readyz and /metrics."""

from __future__ import annotations

from hmac import compare_digest

from flask import Blueprint, abort, current_app, jsonify, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from moderation.operations.health import State, checks
from moderation.operations.site_figures import SiteFigures
from moderation.web.context import KEY as SETTINGS
from moderation.web.context import current_settings
from moderation.web.guard import public
from moderation.web.hosts import under_any_name
from moderation.web.security_headers import over_plain_http

FIGURES = "site_figures"
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


@blueprint.get("/metrics")
@public  # and yet not open: only who has the token, and nobody where there is none
@under_any_name
@over_plain_http
def metrics() -> ResponseReturnValue:
    """The figures of this machine's processes and the state of the site, for Prometheus."""
    token = current_settings().metrics_token
    if not token:
        abort(403, "Figures are for who holds EVENKEEL_METRICS_TOKEN, and none is set here.")
    if not compare_digest(request.headers.get("Authorization", "").encode(), _bearer(token)):
        abort(403, "Figures are for who sends the token: Authorization: Bearer TOKEN.")
    registry = CollectorRegistry()
    if current_settings().metrics.is_dir():
        folder = str(current_settings().metrics)
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    registry.register(current_app.extensions[FIGURES])
    return generate_latest(registry), 200, {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4}


def _bearer(token: str) -> bytes:
    return f"Bearer {token}".encode()


@blueprint.record_once
def keep_the_state(setup: BlueprintSetupState) -> None:
    """One collector for the process, which remembers for some seconds."""
    setup.app.extensions[FIGURES] = SiteFigures(setup.app.config[SETTINGS])
