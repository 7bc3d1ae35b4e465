"""The score map: choose a range of scores, look at what is in it, act on all of it."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from moderation.policy.versions import current_policy
from moderation.review.decide import MOST_AT_ONCE
from moderation.review.forms import RangeForm
from moderation.review.queue import count_matching, counted_at_most, page_of_queue
from moderation.review.score_map import score_map
from moderation.web.guard import requires
from moderation.web.permissions import Permission

blueprint = Blueprint("score_map", __name__)
SHOWN = 10


@blueprint.get("/review/map")
@requires(Permission.READ_QUEUE)
def show() -> ResponseReturnValue:
    """The map, and under it what is in the range that the address names."""
    asked = bool(request.args)
    form = RangeForm(request.args if asked else None)
    valid = asked and form.validate()
    view = form.as_filter() if valid else None
    body = render_template(
        "review/map.html",
        form=form,
        rows=score_map(current_policy()),
        view=view,
        total=count_matching(view) if view else 0,
        counted=counted_at_most(view) if view else 0,
        found=page_of_queue(view).rows[:SHOWN] if view else [],
        most_at_once=MOST_AT_ONCE,
    )
    return body, 400 if asked and not valid else 200
