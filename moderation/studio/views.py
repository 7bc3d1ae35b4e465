"""Settings: what runs here, and the thresholds with what a change would have done."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from moderation.db import db
from moderation.policy.decide import Policy
from moderation.policy.history import described, history
from moderation.policy.tables import PolicyVersion
from moderation.policy.versions import (
    PolicyMoved,
    as_policy,
    current_policy,
    current_version,
    save_policy,
)
from moderation.scoring.artefact import ArtefactError
from moderation.scoring.labels import LABELS
from moderation.scoring.serving import current_card, current_scorer
from moderation.studio.forms import ThresholdsForm
from moderation.studio.overview import headline, overview
from moderation.studio.preview import Preview, preview, was_shown
from moderation.studio.replay import DAYS
from moderation.studio.spread import spread
from moderation.web.guard import requires
from moderation.web.permissions import Permission

blueprint = Blueprint("studio", __name__)
VERSION = "<int(min=1, max=2147483647):version>"


@blueprint.get("/admin")
@requires(Permission.EDIT_POLICY)
def admin() -> ResponseReturnValue:
    """The way to each setting, and what runs here."""
    broken = None
    try:
        model, card = current_scorer().version, current_card()
    except ArtefactError as error:
        model, card, broken = None, None, str(error)
    return render_template(
        "studio/admin.html",
        overview=overview(),
        policy=current_version(),
        model=model,
        headline=headline(card),
        broken=broken,
    )


@blueprint.get("/admin/policy")
@requires(Permission.EDIT_POLICY)
def thresholds() -> ResponseReturnValue:
    """The thresholds in force, ready to be changed; `?use=3` fills in those of policy 3."""
    current = current_policy()
    if "use" not in request.args:
        return _page(ThresholdsForm.showing(current, base=current.version), current)
    used = as_policy(version_for(request.args.get("use", 0, type=int)))
    form = ThresholdsForm.showing(used, base=current.version)
    return _page(form, current, _preview(current, form), used=used)


@blueprint.post("/admin/policy")
@requires(Permission.EDIT_POLICY)
def change() -> ResponseReturnValue:
    """Show what the values would have done; save them once exactly that was shown."""
    form = ThresholdsForm()
    current = current_policy()
    if not form.validate():
        return _page(form, current), 422
    saving = "save" in request.form
    moved = form.base.data != str(current.version)
    shown = _preview(current, form)
    sealed = was_shown(form.previewed.data, shown.proposed, key=_key())
    if saving and not shown.changes:  # nothing to save, or the same click twice
        flash(f"Policy {current.version} has these values already. Nothing was saved.", "info")
        return redirect(url_for(".thresholds"), 303)
    if saving and sealed and not moved:
        try:
            saved = save_policy(
                form.thresholds(), current_user.actor, after=current.version, note=form.note.data
            )
        except PolicyMoved:
            moved, current = True, current_policy()
            shown = _preview(current, form)
        else:
            flash(f"Policy {saved.version} is in force.", "success")
            return redirect(url_for(".thresholds"), 303)
    page = _page(form, current, shown, moved=moved, unseen=saving and not moved)
    return page, 409 if saving and moved else 200


@blueprint.post("/admin/policy/preview")
@requires(Permission.EDIT_POLICY)
def live_preview() -> ResponseReturnValue:
    """The preview alone, for the page that is open."""
    form = ThresholdsForm()
    current = current_policy()
    if not form.validate():
        return render_template("studio/_preview.html", form=form, current=current), 422
    moved = form.base.data != str(current.version)
    return render_template(
        "studio/_preview.html",
        form=form,
        current=current,
        standing=current_version(),
        preview=_preview(current, form),
        moved=moved,
        live=True,
        days=DAYS,
    )


@blueprint.get(f"/admin/policy/{VERSION}")
@requires(Permission.EDIT_POLICY)
def version(version: int) -> ResponseReturnValue:
    """One version of the policy: its values, who saved it, and what it changed."""
    row = version_for(version)
    return render_template(
        "studio/version.html",
        version=described(row),
        policy=as_policy(row),
        current=current_policy(),
        labels=LABELS,
    )


def version_for(number: int) -> PolicyVersion:
    """The version, or 404."""
    row = db.session.get(PolicyVersion, number) if 0 < number < 2**31 else None
    return row or abort(404, "There is no policy with this number.")


def _page(
    form: ThresholdsForm,
    current: Policy,
    shown: Preview | None = None,
    *,
    used: Policy | None = None,
    moved: bool = False,
    unseen: bool = False,
) -> str:
    """The page of thresholds.

    `used`: the old version that the values come from; `moved`: somebody saved a version
    meanwhile; `unseen`: a save was asked for values whose preview had not been shown.
    """
    return render_template(
        "studio/thresholds.html",
        form=form,
        labels=LABELS,
        current=current,
        standing=current_version(),
        spread=spread(current),
        history=history(request.args.get("after"), request.args.get("before")),
        preview=shown,
        used=used,
        moved=moved,
        unseen=unseen,
        days=DAYS,
    )


def _preview(current: Policy, form: ThresholdsForm) -> Preview:
    return preview(current, form.thresholds(), key=_key())


def _key() -> str:
    return str(current_app.config["SECRET_KEY"])
