"""Each person's own page about the desk: keys, masking, breaks, classes left out."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from moderation.review.preference_forms import PreferencesForm
from moderation.review.preferences import (
    ACTS,
    DeskPreferences,
    KeyProblem,
    preferences_of,
    save_preferences,
)
from moderation.web.guard import requires
from moderation.web.permissions import Permission

blueprint = Blueprint("preferences", __name__)


@blueprint.get("/review/preferences")
@requires(Permission.READ_QUEUE)
def read() -> ResponseReturnValue:
    """What this person chose."""
    return _page(PreferencesForm.showing(preferences_of(current_user.id)))


@blueprint.post("/review/preferences")
@requires(Permission.READ_QUEUE)
def save() -> ResponseReturnValue:
    """Keep what they choose."""
    form = PreferencesForm()
    if not form.validate():
        return _page(form), 422
    try:
        save_preferences(current_user.id, form.chosen)
    except KeyProblem as problem:
        form.refuse_key(problem)
        return _page(form), 422
    flash("Saved. Only you see what you chose here.", "success")
    return redirect(url_for(".read"), 303)


@blueprint.post("/review/preferences/keys")
@requires(Permission.READ_QUEUE)
def reset_keys() -> ResponseReturnValue:
    """Put the keys back as they were shipped; all else stays as chosen."""
    before = preferences_of(current_user.id)
    save_preferences(current_user.id, _with_shipped_keys(before))
    flash("The keys are as they were shipped.", "success")
    return redirect(url_for(".read"), 303)


def _with_shipped_keys(before: DeskPreferences) -> DeskPreferences:
    values: dict[str, Any] = {**vars(before), "keys": DeskPreferences().keys}
    return DeskPreferences(**values)


def _page(form: PreferencesForm) -> str:
    return render_template("review/preferences.html", form=form, acts=ACTS)


def own_preferences() -> DeskPreferences:
    """Those of who is signed in, read once for a request."""
    if "own_preferences" not in g:
        g.own_preferences = preferences_of(current_user.id)
    return cast(DeskPreferences, g.own_preferences)


@blueprint.app_context_processor
def _in_templates() -> dict[str, Any]:
    """`own_preferences()` in every template."""
    return {"own_preferences": own_preferences}
