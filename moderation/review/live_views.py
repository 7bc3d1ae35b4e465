"""The desk's pulse: a small answer that its script asks for every few seconds."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from moderation.db import MAX_ID
from moderation.review.claim import claims_on
from moderation.review.live import count_arrivals, said_about, standings
from moderation.review.queue import count_waiting, in_words
from moderation.review.views import asked_view
from moderation.web.guard import requires
from moderation.web.permissions import Permission

blueprint = Blueprint("live", __name__)
MOST_WATCHED = 100  # a page lists 30


@blueprint.get("/review/live")
@requires(Permission.READ_QUEUE)
def live() -> ResponseReturnValue:
    """What changed: `ids` are on the screen, `open` is the case, `since` the newest known.

    Answers how many wait, how many of the view arrived, how the watched comments stand and
    who claims them, and who decided the open one. It only reads: a claim is renewed by
    claiming again.
    """
    opened = _numbers(request.args.get("open", ""))
    watched = {*_numbers(request.args.get("ids", "")), *opened}
    since = next(iter(_numbers(request.args.get("since", ""))), 0)
    return {
        "held": in_words(count_waiting()),
        "arrivals": count_arrivals(asked_view(), since),
        "standings": standings(watched),
        "claims": {
            number: {"name": holder.name, "mine": holder.user_id == current_user.id}
            for number, holder in claims_on(watched).items()
        },
        "said": said_about(opened[0]) if opened else None,
    }


def _numbers(text: str) -> list[int]:
    """Numbers of comments from "12,15"; what can be none is left out."""
    found = [
        int(part)
        for part in text.split(",")[:MOST_WATCHED]
        if part.isascii() and part.isdigit() and len(part) < 20
    ]
    return [number for number in found if number <= MAX_ID]
