"""Keep a view of the queue under a name, and forget it."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from moderation.db import MAX_ID
from moderation.review.filters import Filter
from moderation.review.forms import FilterForm, ViewForm
from moderation.review.saved import MOST, TooMany, forget_view, save_view, saved_views
from moderation.web.guard import requires
from moderation.web.permissions import Permission

blueprint = Blueprint("saved", __name__)


@blueprint.get("/review/views")
@requires(Permission.READ_QUEUE)
def views() -> ResponseReturnValue:
    """The views that this person keeps, and the one that the address names, to keep it too."""
    return _show(ViewForm(formdata=None))


@blueprint.post("/review/views")
@requires(Permission.READ_QUEUE)
def keep() -> ResponseReturnValue:
    """Keep the view that the address names."""
    form = ViewForm()
    if not form.validate():
        return _show(form), 422
    view = _asked()
    try:
        save_view(form.name.data, urlencode(view.as_args()), current_user.actor)
    except TooMany:
        form.form_errors.append(f"You keep {MOST} views: forget one of them first.")
        return _show(form), 422
    return redirect(url_for("review.queue", **view.as_args()), 303)


@blueprint.post(f"/review/views/<int(min=1, max={MAX_ID}):view_id>/forget")
@requires(Permission.READ_QUEUE)
def forget(view_id: int) -> ResponseReturnValue:
    """Forget a view."""
    forget_view(view_id, current_user.actor)
    flash("The view is forgotten.", "success")
    return redirect(url_for(".views"), 303)


def _asked() -> Filter:
    form = FilterForm(request.args)
    return form.as_filter() if form.validate() else Filter()


def _show(form: ViewForm) -> str:
    return render_template(
        "review/views.html", form=form, view=_asked(), saved=saved_views(current_user.id)
    )
