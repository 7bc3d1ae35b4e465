"""Response headers: a strict content policy, no framing, no referrer, HTTPS where it is on."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, request
from flask_talisman import Talisman

from moderation.settings import Settings
from moderation.web.templating import fingerprint

# No inline script or style anywhere: a comment that slips through escaping still cannot run.
CONTENT_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

# For a view that a load balancer on the same network asks without HTTPS: no redirect.
over_plain_http = Talisman()(force_https=False)


def init_app(app: Flask, settings: Settings) -> None:
    """Send the headers with every response."""
    Talisman(
        app,
        force_https=settings.https,
        strict_transport_security=settings.https,
        session_cookie_secure=settings.https,
        content_security_policy=CONTENT_POLICY,
        frame_options="DENY",
        referrer_policy="same-origin",
    )

    @app.after_request
    def no_store(response: Response) -> Response:
        """Pages are made for one person at one moment; only static files are kept."""
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        elif response.status_code == 200 and request.args.get("v") == fingerprint(_asked_for(app)):
            # While machines are upgraded one by one, an older one is asked for a newer file: what
            # it has must not be kept under the newer one's name.
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _asked_for(app: Flask) -> Path:
    """The static file of this request, which was found."""
    return Path(app.static_folder or "", str((request.view_args or {})["filename"]))
