"""The figures of quality, and the golden items."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select

from moderation.accounts.tables import User
from moderation.db import MAX_ID, db, now
from moderation.policy.options import current_options
from moderation.policy.versions import current_policy
from moderation.quality.disagreements import count_disagreements
from moderation.quality.figures import ENOUGH, agreements, misses, own_figures, precisions
from moderation.quality.forms import NO_COMMENT, GoldenForm
from moderation.quality.golden import golden_items, retire_golden, set_golden
from moderation.quality.looks import count_looks_for
from moderation.review.preference_views import own_preferences
from moderation.web.guard import can, requires
from moderation.web.permissions import Permission

blueprint = Blueprint("quality", __name__)
DAYS = 90


@blueprint.get("/quality")
@requires(Permission.READ_QUEUE)
def figures() -> ResponseReturnValue:
    """The figures of the last DAYS days; of single people only one's own, or an admin sees all."""
    since = now() - timedelta(days=DAYS)
    people = db.session.scalars(select(User).order_by(User.display_name)).all()
    sees_all = can(Permission.MANAGE_QUALITY)
    together, pairs = agreements(since)
    own = own_figures(since, people if sees_all else [current_user])
    return render_template(
        "quality/figures.html",
        days=DAYS,
        enough=ENOUGH,
        together=together,
        pairs={pair: one for pair, one in pairs.items() if sees_all or current_user.id in pair},
        names={user.id: user.display_name for user in people},
        precisions=precisions(since, current_policy()),
        misses=misses(since),
        people=[one for one in own if one.decisions or one.golden],
        disagreements=count_disagreements(),
        options=current_options(),
    )


@blueprint.get("/quality/golden")
@requires(Permission.MANAGE_QUALITY)
def golden() -> ResponseReturnValue:
    """The golden items, and a form for another."""
    number = request.args.get("comment", type=int)
    return _golden(GoldenForm(formdata=None, data={"comment": number}))


@blueprint.post("/quality/golden")
@requires(Permission.MANAGE_QUALITY)
def add_golden() -> ResponseReturnValue:
    """Set the answer of a comment."""
    form = GoldenForm()
    if not form.validate():
        return _golden(form), 422
    try:
        set_golden(
            form.comment.data,
            reject=form.reject,
            labels=form.labels.data,
            by=current_user.actor,
        )
    except LookupError:
        form.comment.errors = [NO_COMMENT]
        return _golden(form), 422
    return redirect(url_for(".golden"), 303)


@blueprint.post(f"/quality/golden/<int(min=1, max={MAX_ID}):comment_id>/retire")
@requires(Permission.MANAGE_QUALITY)
def retire(comment_id: int) -> ResponseReturnValue:
    """Show a golden item to nobody any more."""
    try:
        retire_golden(comment_id, current_user.actor)
    except LookupError:
        abort(404, "There is no such golden item, or it is retired.")
    return redirect(url_for(".golden"), 303)


def _golden(form: GoldenForm) -> str:
    return render_template("quality/golden.html", items=golden_items(), form=form)


class LooksWaiting:
    """The number beside the desk's navigation, asked for only where it is drawn."""

    @cached_property
    def count(self) -> int:
        """How many blind looks wait for this person."""
        return count_looks_for(current_user.id, own_preferences().left_out)


@blueprint.app_context_processor
def looks_waiting() -> dict[str, LooksWaiting]:
    """`looks_waiting` in every template."""
    return {"looks_waiting": LooksWaiting()}
