"""Sign in and out, the first admin, links that set a password, people, and one's own account."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from moderation.accounts import people as verbs
from moderation.accounts.authenticate import change_password
from moderation.accounts.authenticate import sign_in as who_signs_in
from moderation.accounts.forms import (
    InviteForm,
    NameForm,
    PasswordForm,
    RoleForm,
    SetupForm,
    SignInForm,
    WelcomeForm,
)
from moderation.accounts.links import LinkDead, address, person_by_link, use_link
from moderation.accounts.people import EmailTaken, Refused
from moderation.accounts.security import end_session, start_session
from moderation.accounts.setup import SetupClosed, check_setup, make_first_admin
from moderation.accounts.tables import User
from moderation.accounts.throttle import MustWait
from moderation.db import MAX_ID, db
from moderation.web.context import current_settings
from moderation.web.guard import public, requires
from moderation.web.limits import limiter
from moderation.web.permissions import Permission

blueprint = Blueprint("accounts", __name__)
PERSON = f"<int(min=1, max={MAX_ID}):user_id>"

# Beside the exact count for each account: one address tries many accounts no faster than this.
ADDRESS_LIMIT = "60 per minute"
LINK_DEAD = (
    "This link has been used, is too old, or was replaced by a newer one. Ask an admin for another."
)


@blueprint.route("/login", methods=["GET", "POST"])
@limiter.limit(ADDRESS_LIMIT, methods=["POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Ask for e-mail and password; go on to where the person wanted to be."""
    onward = own_path(request.args.get("next")) or url_for("review.queue")
    if current_user.is_authenticated:
        return redirect(onward)
    form = SignInForm()
    if form.validate_on_submit():
        try:
            user = who_signs_in(form.email.data, form.password.data, **_throttle())
        except MustWait as refusal:
            page = render_template("accounts/sign_in.html", form=form, waiting=_waiting(refusal))
            return page, 429, _retry_after(refusal)
        if user:
            start_session(user)
            return redirect(onward, 303)
        form.form_errors.append("E-mail or password is wrong.")
    return render_template("accounts/sign_in.html", form=form), 422 if form.errors else 200


@blueprint.post("/logout")
@requires(Permission.OWN_ACCOUNT)
def sign_out() -> ResponseReturnValue:
    """End this session."""
    end_session()
    flash("You are signed out.")
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.route("/setup/<token>", methods=["GET", "POST"])
@public
def setup(token: str) -> ResponseReturnValue:
    """Make the first admin."""
    form = SetupForm()
    try:
        check_setup(token)
        if form.validate_on_submit():
            user = make_first_admin(token, form.email.data, form.name.data, form.password.data)
            start_session(user)
            flash(
                f"Welcome, {user.display_name}. You are the first admin. Next: look at the "
                "thresholds, invite your moderators, and send a first comment from the public "
                "page.",
                "success",
            )
            return redirect(url_for("studio.admin"), 303)
    except SetupClosed:
        abort(404, "This set-up link no longer works: there is an admin already, or it is damaged.")
    except EmailTaken:
        form.email.errors = [*form.email.errors, "Somebody with this address is invited already."]
    return render_template("accounts/setup.html", form=form), 422 if form.errors else 200


@blueprint.route("/welcome/<token>", methods=["GET", "POST"])
@public
def welcome(token: str) -> ResponseReturnValue:
    """Set a password with an invitation or a reset link, and come in."""
    try:
        user = person_by_link(token)
        form = WelcomeForm(email=user.email)
        if form.validate_on_submit():
            user = use_link(token, form.password.data)
            start_session(user)
            flash(f"Welcome, {user.display_name}. Your password is set.", "success")
            return redirect(url_for("review.queue"), 303)
    except LinkDead:
        abort(404, LINK_DEAD)
    page = render_template("accounts/welcome.html", form=form, user=user)
    return page, 422 if form.errors else 200


@blueprint.get("/account")
@requires(Permission.OWN_ACCOUNT)
def account() -> ResponseReturnValue:
    """One's own name and password."""
    return _account_page()


@blueprint.post("/account/name")
@requires(Permission.OWN_ACCOUNT)
def change_name() -> ResponseReturnValue:
    """Change one's own name."""
    form = NameForm()
    if not form.validate():
        return _account_page(name_form=form), 422
    verbs.rename(current_user.id, form.name.data)
    flash("Your name is changed. What you did before keeps the old one.", "success")
    return redirect(url_for("accounts.account"), 303)


@blueprint.post("/account/password")
@limiter.limit(ADDRESS_LIMIT)
@requires(Permission.OWN_ACCOUNT)
def change_own_password() -> ResponseReturnValue:
    """Change one's own password; every other session ends."""
    user = current_user._get_current_object()
    form = PasswordForm(email=user.email)
    if form.validate():
        try:
            if change_password(user, form.current.data, form.password.data, **_throttle()):
                start_session(user)
                flash("Your password is changed. You are signed out everywhere else.", "success")
                return redirect(url_for("accounts.account"), 303)
            form.current.errors = ["This is not your current password."]
        except MustWait as refusal:
            form.current.errors = [_waiting(refusal)]
            return _account_page(password_form=form), 429, _retry_after(refusal)
    return _account_page(password_form=form), 422


@blueprint.post("/account/sign-out-everywhere")
@requires(Permission.OWN_ACCOUNT)
def sign_out_everywhere() -> ResponseReturnValue:
    """End all of one's own sessions, this one too."""
    verbs.sign_out_everywhere(current_user.id)
    end_session()
    flash("You are signed out everywhere.")
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.get("/admin/people")
@requires(Permission.MANAGE_USERS)
def people() -> ResponseReturnValue:
    """Everybody who may sign in, and the form that invites one more."""
    return _people_page(InviteForm())


@blueprint.post("/admin/people")
@requires(Permission.MANAGE_USERS)
def invite() -> ResponseReturnValue:
    """Invite somebody; their page shows the link, once."""
    form = InviteForm()
    if form.validate():
        hours = current_settings().link_hours
        try:
            user_id, token = verbs.invite(
                form.email.data, form.name.data, form.role.data, current_user.actor, hours=hours
            )
        except EmailTaken:
            form.email.errors = ["Somebody has this address already: see the list."]
        else:
            return _show_link(user_id, token)
    return _people_page(form), 422


@blueprint.get(f"/admin/people/{PERSON}")
@requires(Permission.MANAGE_USERS)
def person(user_id: int) -> ResponseReturnValue:
    """One person, and what may be changed about them."""
    return _person_page(user_id)


@blueprint.post(f"/admin/people/{PERSON}/role")
@requires(Permission.MANAGE_USERS)
def change_role(user_id: int) -> ResponseReturnValue:
    """Give a person another role."""
    form = RoleForm()
    if not form.validate():
        return _person_page(user_id, form), 422
    return _changed(user_id, "The role is changed.", verbs.change_role, form.role.data)


@blueprint.post(f"/admin/people/{PERSON}/disable")
@requires(Permission.MANAGE_USERS)
def disable(user_id: int) -> ResponseReturnValue:
    """Shut a person out."""
    return _changed(user_id, "Disabled, and signed out everywhere.", verbs.disable)


@blueprint.post(f"/admin/people/{PERSON}/enable")
@requires(Permission.MANAGE_USERS)
def enable(user_id: int) -> ResponseReturnValue:
    """Let a person in again."""
    return _changed(user_id, "Enabled.", verbs.enable)


@blueprint.post(f"/admin/people/{PERSON}/link")
@requires(Permission.MANAGE_USERS)
def make_link(user_id: int) -> ResponseReturnValue:
    """Make the link that sets a new password; the next page shows it, once."""
    hours = current_settings().link_hours
    try:
        return _show_link(user_id, verbs.make_link(user_id, current_user.actor, hours=hours))
    except Refused as refusal:
        return _person_page(user_id, refusal=str(refusal)), 409
    except LookupError:
        abort(404)


def own_path(target: str | None) -> str | None:
    """`target` if it is a path on this site, None if it could lead anywhere else.

    Browsers read "//host", "/\\host" and addresses with tabs in them as other sites.
    """
    return target if target and re.fullmatch(r"/(?!/)[!-\[\]-~]*", target) else None


def in_words(seconds: int) -> str:
    """A wait as people say it: "40 seconds", "15 minutes"."""
    count, unit = (seconds, "second") if seconds < 60 else (-(-seconds // 60), "minute")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _throttle() -> dict[str, int]:
    settings = current_settings()
    return {"tries": settings.sign_in_tries, "wait": settings.sign_in_wait}


def _waiting(refusal: MustWait) -> str:
    return f"Too many wrong passwords. Wait {in_words(refusal.seconds)}, then try again."


def _retry_after(refusal: MustWait) -> dict[str, str]:
    return {"Retry-After": str(refusal.seconds)}


def _account_page(
    name_form: NameForm | None = None, password_form: PasswordForm | None = None
) -> str:
    return render_template(
        "accounts/account.html",
        name_form=name_form or NameForm(formdata=None, name=current_user.display_name),
        password_form=password_form or PasswordForm(email=current_user.email),
    )


def _people_page(form: InviteForm) -> str:
    return render_template("accounts/people.html", form=form, people=verbs.everyone())


def _person_page(user_id: int, form: RoleForm | None = None, refusal: str | None = None) -> str:
    user = db.session.get(User, user_id) or abort(404)
    shown = session.pop("link", None)
    return render_template(
        "accounts/person.html",
        person=user,
        form=form or RoleForm(formdata=None, role=user.role),
        refusal=refusal,
        link=shown["address"] if shown and shown["user"] == user_id else None,
    )


def _show_link(user_id: int, token: str) -> ResponseReturnValue:
    """Let the next page show a link that is stored nowhere else."""
    session["link"] = {"user": user_id, "address": address(request.url_root, token)}
    return redirect(url_for("accounts.person", user_id=user_id), 303)


def _changed(
    user_id: int, done: str, change: Callable[..., None], *values: Any
) -> ResponseReturnValue:
    """Make a change to a person and say so, or say why it was refused."""
    try:
        change(user_id, *values, current_user.actor)
    except Refused as refusal:
        return _person_page(user_id, refusal=str(refusal)), 409
    except LookupError:
        abort(404)
    flash(done, "success")
    return redirect(url_for("accounts.person", user_id=user_id), 303)
