"""Blind looks, and the queue of disagreements."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from moderation.comments.status import NoSuchWay, StatusConflict
from moderation.comments.tables import Comment, Status
from moderation.db import MAX_ID, db
from moderation.quality.disagreements import disagreements, settle
from moderation.quality.forms import AnswerForm, SettleForm
from moderation.quality.looks import answer_look, look_of, skip_look, take_look
from moderation.quality.tables import Look
from moderation.review.decide import ForAnAdmin
from moderation.scoring.labels import LABELS
from moderation.web.guard import can, requires
from moderation.web.permissions import Permission

blueprint = Blueprint("looks", __name__)
LOOK = f"/quality/blind/<int(min=1, max={MAX_ID}):look_id>"
DISAGREEMENT = f"/quality/disagreements/<int(min=1, max={MAX_ID}):look_id>"


@blueprint.get("/quality/blind")
@requires(Permission.REVIEW_COMMENT)
def blind() -> ResponseReturnValue:
    """What blind looks are, and how many wait."""
    return render_template("quality/blind.html")


@blueprint.post("/quality/blind")
@requires(Permission.REVIEW_COMMENT)
def take() -> ResponseReturnValue:
    """Take the next one."""
    return _next()


@blueprint.get(LOOK)
@requires(Permission.REVIEW_COMMENT)
def look(look_id: int) -> ResponseReturnValue:
    """A comment without anything that could sway who reads it."""
    return _show(_look_for(look_id), AnswerForm(formdata=None))


@blueprint.post(LOOK)
@requires(Permission.REVIEW_COMMENT)
def answer(look_id: int) -> ResponseReturnValue:
    """Keep the answer, and show the next."""
    found, form = _look_for(look_id), AnswerForm()
    if not form.validate():
        return _show(found, form), 422
    answer_look(look_id, reject=form.reject, labels=form.labels.data, by=current_user.actor)
    return _next()


@blueprint.post(f"{LOOK}/skip")
@requires(Permission.REVIEW_COMMENT)
def skip(look_id: int) -> ResponseReturnValue:
    """Leave it to others, and show the next."""
    skip_look(_look_for(look_id).id, current_user.actor)
    return _next()


@blueprint.get("/quality/disagreements")
@requires(Permission.REVIEW_COMMENT)
def differing() -> ResponseReturnValue:
    """Where two said different things, the oldest first."""
    return render_template("quality/disagreements.html", rows=disagreements())


@blueprint.post(DISAGREEMENT)
@requires(Permission.REVIEW_COMMENT)
def settle_it(look_id: int) -> ResponseReturnValue:
    """Leave the comment as it is, or decide it anew."""
    form = SettleForm()
    if not form.validate():
        abort(400, "Reload the page, and choose again.")
    try:
        settle(
            look_id,
            change=form.to.data == "change",
            seen=Status(form.seen.data),
            by=current_user.actor,
            may_settle_any=can(Permission.MANAGE_QUALITY),
        )
    except LookupError:
        flash("Somebody else has settled it.", "warning")
    except PermissionError:
        abort(403, "Somebody else settles what you were part of.")
    except (StatusConflict, NoSuchWay, ForAnAdmin):
        flash("The comment was decided in the meantime. Look again.", "warning")
    return redirect(url_for(".differing"), 303)


def _look_for(look_id: int) -> Look:
    """The look that this person has taken, or 404."""
    try:
        return look_of(look_id, current_user.id)
    except LookupError:
        abort(404, "This look is not yours any more: it was answered, or somebody else took it.")


def _next() -> ResponseReturnValue:
    found = take_look(current_user.actor)
    if found is None:
        flash("That was the last one for now. Thank you.", "success")
        return redirect(url_for(".blind"), 303)
    return redirect(url_for(".look", look_id=found.id), 303)


def _show(found: Look, form: AnswerForm) -> str:
    comment = db.session.get_one(Comment, found.comment_id)
    return render_template(
        "quality/look.html",
        look=found,
        text=comment.text,
        page=comment.page,
        form=form,
        labels=LABELS,
    )
