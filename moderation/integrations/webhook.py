"""Post a change of a comment's status to the address that the operator set, signed.

Headers and signature are those of the Standard Webhooks specification, so that its ready-made
libraries verify them: base64 of HMAC-SHA256 over "id.timestamp.body".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from moderation.audit.tables import Event
from moderation.comments.tables import Comment
from moderation.settings import Settings

TIMEOUT = 10  # seconds


class NotTaken(Exception):
    """The other side did not take it."""


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A redirect is an answer like any other: what is signed goes where it was meant to."""


def message_of(event: Event, comment: Comment, settings: Settings) -> dict[str, Any]:
    """What is told: where the comment went, and where it stood before. Never its text."""
    after, before = (event.after or "").split()[0], (event.before or "").split()[0]
    return {
        "type": f"comment.{after}",
        "timestamp": event.at.isoformat(),
        "data": {
            "id": comment.id,
            "page": comment.page,
            "status": after,
            "before": before,
            "by": "person" if event.actor_id is not None else "system",
            "url": f"{settings.public_url}/p/{comment.page}" if settings.public_url else None,
        },
    }


def sign(secret: str, message_id: str, at: int, body: bytes) -> str:
    """The value of the header webhook-signature; `at` is in seconds since 1970."""
    signed = f"{message_id}.{at}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def post(message: dict[str, Any], message_id: str, settings: Settings, now: datetime) -> None:
    """Post the message. Raises NotTaken for every answer but 2xx, OSError where there is none."""
    body = json.dumps(message).encode()
    at = int(now.timestamp())
    request = Request(  # noqa: S310 - the settings allow http and https alone
        settings.webhook_url,
        data=body,
        headers={
            "Content-Type": "application/json",
            "User-Agent": "Evenkeel",
            "webhook-id": message_id,
            "webhook-timestamp": str(at),
            "webhook-signature": sign(settings.webhook_secret, message_id, at, body),
        },
    )
    try:
        with build_opener(_NoRedirect).open(request, timeout=TIMEOUT):
            pass
    except HTTPError as answer:
        answer.close()
        raise NotTaken(f"answered {answer.code}") from None
