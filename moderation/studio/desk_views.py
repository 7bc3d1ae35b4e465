"""Settings of the desk: its options, and the guidelines that a rejection can name."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from moderation.db import MAX_ID
from moderation.policy.options import OptionError, current_options, save_options
from moderation.review.guidelines import (
    TitleTaken,
    guidelines,
    retire_guideline,
    save_guideline,
    start_with_some,
)
from moderation.review.tables import Guideline
from moderation.studio.desk_forms import GuidelineForm, OptionsForm
from moderation.web.guard import requires
from moderation.web.permissions import Permission

blueprint = Blueprint("desk", __name__)
GUIDELINE = f"/admin/guidelines/<int(min=1, max={MAX_ID}):guideline_id>"


@blueprint.get("/admin/desk")
@requires(Permission.EDIT_POLICY)
def options() -> ResponseReturnValue:
    """The options in force, ready to be changed."""
    form = OptionsForm(formdata=None, data=asdict(current_options()))
    return render_template("studio/desk.html", form=form)


@blueprint.post("/admin/desk")
@requires(Permission.EDIT_POLICY)
def save() -> ResponseReturnValue:
    """Change options; each change is audited."""
    form = OptionsForm()
    if not form.validate():
        return render_template("studio/desk.html", form=form), 422
    try:
        save_options(form.changes(), current_user.actor)
    except OptionError as error:
        form[error.name].errors = [f"{error.message[0].upper()}{error.message[1:]}."]
        return render_template("studio/desk.html", form=form), 422
    flash("Saved. It holds for what comes in from now on.", "success")
    return redirect(url_for(".options"), 303)


@blueprint.get("/admin/guidelines")
@requires(Permission.EDIT_POLICY)
def rules() -> ResponseReturnValue:
    """The guidelines in force, and a form for another."""
    return _rules(GuidelineForm(formdata=None))


@blueprint.post("/admin/guidelines")
@requires(Permission.EDIT_POLICY)
def add() -> ResponseReturnValue:
    """Add a guideline at the end."""
    form = GuidelineForm()
    if not form.validate():
        return _rules(form), 422
    try:
        save_guideline(None, form.title.data, form.text.data, current_user.actor)
    except TitleTaken:
        form.title.errors = ["Another guideline has this title."]
        return _rules(form), 422
    return redirect(url_for(".rules"), 303)


@blueprint.post("/admin/guidelines/start")
@requires(Permission.EDIT_POLICY)
def start() -> ResponseReturnValue:
    """Begin with a few, where there are none."""
    start_with_some(current_user.actor)
    return redirect(url_for(".rules"), 303)


@blueprint.get(GUIDELINE)
@requires(Permission.EDIT_POLICY)
def rule(guideline_id: int) -> ResponseReturnValue:
    """One guideline, to word it anew or retire it."""
    found = _rule_for(guideline_id)
    form = GuidelineForm(formdata=None, data={"title": found.title, "text": found.text})
    return render_template("studio/guideline.html", rule=found, form=form)


@blueprint.post(GUIDELINE)
@requires(Permission.EDIT_POLICY)
def word(guideline_id: int) -> ResponseReturnValue:
    """Word a guideline anew; who was given it reads the new words."""
    found, form = _rule_for(guideline_id), GuidelineForm()
    valid = form.validate()
    if valid:
        try:
            save_guideline(guideline_id, form.title.data, form.text.data, current_user.actor)
        except TitleTaken:
            form.title.errors, valid = ["Another guideline has this title."], False
    if not valid:
        return render_template("studio/guideline.html", rule=found, form=form), 422
    return redirect(url_for(".rules"), 303)


@blueprint.post(f"{GUIDELINE}/retire")
@requires(Permission.EDIT_POLICY)
def retire(guideline_id: int) -> ResponseReturnValue:
    """Offer a guideline no longer."""
    retire_guideline(_rule_for(guideline_id).id, current_user.actor)
    flash("It is offered no longer. Whom it was given to still reads it.", "success")
    return redirect(url_for(".rules"), 303)


def _rule_for(guideline_id: int) -> Guideline:
    """The guideline in force with this number, or 404."""
    found = {row.id: row for row in guidelines()}.get(guideline_id)
    return found or abort(404, "There is no such guideline, or it is retired.")


def _rules(form: GuidelineForm) -> str:
    return render_template("studio/guidelines.html", rules=guidelines(), form=form)
