"""The trail of decisions and changes, for those who may read it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from moderation.audit import sentences
from moderation.audit.forms import TrailForm
from moderation.audit.trail import TrailFilter, known_actions, page_of_trail
from moderation.web.guard import requires
from moderation.web.permissions import Permission

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
@requires(Permission.VIEW_AUDIT)
def events() -> ResponseReturnValue:
    """Everything that was done, newest first."""
    form = TrailForm(request.args, actions=known_actions())
    valid = form.validate()
    view = form.as_filter() if valid else TrailFilter()
    if valid and "" in request.args.values():  # keep the address short
        return redirect(url_for(".events", **view.as_args()))
    page = page_of_trail(view, after=request.args.get("after"), before=request.args.get("before"))
    body = render_template("audit/events.html", form=form, view=view, page=page)
    return body, 200 if valid else 400


@blueprint.app_context_processor
def words() -> dict[str, Any]:
    """`sentences`: how a template says what an event did."""
    return {"sentences": sentences}
