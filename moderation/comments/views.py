"""The public pages: a page with its comments and form, a comment's status, a trial."""

from __future__ import annotations

import structlog
from flask import (
    Blueprint,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.routing import BaseConverter

from moderation.comments import find
from moderation.comments.author_rules import Muted
from moderation.comments.forms import CommentForm, TrialForm
from moderation.comments.reasons import standing, why_muted
from moderation.comments.submit import MAX_CHARACTERS, submit
from moderation.comments.tables import Comment, Status
from moderation.comments.trial import EXAMPLES, Trial
from moderation.comments.trial import try_text as score_trial
from moderation.scoring.serving import current_scorer, scorer_or_stand_in
from moderation.settings import PAGE_KEY
from moderation.storage import DiskFull
from moderation.web import errors
from moderation.web.context import current_settings
from moderation.web.guard import public
from moderation.web.limits import limiter, when_to_come_back

blueprint = Blueprint("comments", __name__)
log = structlog.get_logger()

JUST_PUBLISHED = "just_published"  # in the session: the comment to point out on the next page

# What is said above the form when it comes back for no fault of what was written.
TOO_OLD = (
    "This form was open for too long, so it was not sent. Nothing is lost: look it over and send"
    " it once more. If this comes back, allow this site's cookie in your browser."
)
TOO_MANY = (
    "A lot has come from your connection in a short time, so this was not sent. Nothing is lost:"
    " wait a minute, then send it once more."
)
AWAY = (
    "The site could not take this just now. Nothing is lost: wait a moment, then send it once"
    " more. It will not appear twice."
)
FULL = (
    "The site's disk is full, so this was not taken. Nothing is lost: keep this page open, and send"
    " it once more in some minutes. It will not appear twice."
)
NO_SCORER = "The scorer does not answer right now. Wait a moment, then try once more."


class PageKey(BaseConverter):
    """A page's key in an address. Any well-formed one is a page: there is no list of them."""

    regex = PAGE_KEY


@blueprint.record_once
def _teach_addresses(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["page"] = PageKey


@blueprint.get("/")
@blueprint.get("/p/<page:key>")
@public
def page(key: str | None = None) -> ResponseReturnValue:
    """A page: its published comments, and the form."""
    return _show_page(CommentForm())


@blueprint.post("/")
@blueprint.post("/p/<page:key>")
@public
@limiter.limit(lambda: current_settings().comment_limit)
def send(key: str | None = None) -> ResponseReturnValue:
    """Take a comment in and say at once what became of it."""
    form = CommentForm()
    if not form.validate():
        return _show_page(form), 422
    try:
        comment = submit(form.draft(_page_key()), scorer_or_stand_in())
    except Muted as muted:
        return _show_page(form, message=why_muted(muted.rule)), 403
    if comment.status == Status.PUBLISHED:
        session[JUST_PUBLISHED] = comment.status_token
        return redirect(_place_of(comment, _page_address()), 303)
    return redirect(url_for(".status", token=comment.status_token), 303)


@blueprint.get("/c/<token>")
@public
def status(token: str) -> ResponseReturnValue:
    """Where a comment stands: for its author, who alone has the address."""
    comment = find.comment_by_token(token) or abort(404)
    place = None
    if comment.status == Status.PUBLISHED:
        place = _place_of(comment, url_for(".page", key=comment.page))
    response = make_response(
        render_template(
            "comments/status.html", comment=comment, standing=standing(comment), place=place
        )
    )
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/try")
@public
def try_it() -> ResponseReturnValue:
    """A text box, and what the model makes of what is typed there."""
    return _show_trial(TrialForm())


@blueprint.post("/try")
@public
@limiter.limit(lambda: current_settings().try_limit)
def try_text() -> ResponseReturnValue:
    """Score a text, say what would become of it, and forget it."""
    form = TrialForm()
    example = request.form.get("example", "")
    if example in map(str, range(len(EXAMPLES))):
        form.text.data = EXAMPLES[int(example)][1]
    if not form.validate():
        return _show_trial(form), 422
    try:
        return _show_trial(form, score_trial(form.text.data, current_scorer()))
    except errors.DATABASE_AWAY:
        raise
    except Exception as error:  # whatever it was: the text comes back
        log.warning("trial_failed", error=type(error).__name__)
        return _show_trial(form, message=NO_SCORER), 503


@blueprint.errorhandler(CSRFError)
def too_old(error: CSRFError) -> ResponseReturnValue:
    """The form's token is missing or has expired: bring it back filled, with a fresh one."""
    return _bring_back(TOO_OLD), 400


@blueprint.errorhandler(RateLimitExceeded)
def too_many(error: RateLimitExceeded) -> ResponseReturnValue:
    """Too much from one address: bring the form back filled."""
    return _bring_back(TOO_MANY), 429, when_to_come_back()


def database_away(error: Exception) -> ResponseReturnValue:
    """Nothing can be stored: bring the form back filled, without what stands in the database."""
    if request.method != "POST":
        return errors.database_away(error)
    headers = errors.forget_the_database(error)
    message = FULL if isinstance(error, DiskFull) else AWAY
    return _bring_back(message, alone=True), 503, headers


for kind in errors.DATABASE_AWAY:
    blueprint.register_error_handler(kind, database_away)


def _bring_back(message: str, *, alone: bool = False) -> str:
    if request.endpoint == "comments.try_text":
        return _show_trial(TrialForm(), message=message, alone=alone)
    return _show_page(CommentForm(), message=message, alone=alone)


def _show_page(form: CommentForm, *, message: str | None = None, alone: bool = False) -> str:
    """The page with `form`; `alone` leaves out everything that the database would have to say."""
    key = _page_key()
    shown = {
        "key": key,
        "address": _page_address(),
        "form": form,
        "message": message,
        "limit": MAX_CHARACTERS,
    }
    if alone:
        return errors.render_alone("comments/page.html", comments=None, **shown)
    comments = find.published_on(
        key, after=request.args.get("after"), before=request.args.get("before")
    )
    latest = find.newest_on(key) if comments.next else None
    return render_template(
        "comments/page.html",
        comments=comments,
        count=find.count_published_on(key),
        latest=_place_of(latest, _page_address()) if latest else None,
        just_published=session.pop(JUST_PUBLISHED, None) if request.method == "GET" else None,
        **shown,
    )


def _show_trial(
    form: TrialForm,
    trial: Trial | None = None,
    *,
    message: str | None = None,
    alone: bool = False,
) -> str:
    render = errors.render_alone if alone else render_template
    return render(
        "comments/try.html",
        form=form,
        trial=trial,
        message=message,
        examples=EXAMPLES,
        limit=MAX_CHARACTERS,
    )


def _page_key() -> str:
    key: str = (request.view_args or {}).get("key") or current_settings().default_page
    return key


def _page_address() -> str:
    """The address that was asked for: `/` stays `/`."""
    return url_for(".page", **(request.view_args or {}))


def _place_of(comment: Comment, page_address: str) -> str:
    """The address where a published comment stands, on whichever page of the list."""
    cursor = find.cursor_at(comment)
    return f"{page_address}{'?before=' + cursor if cursor else ''}#comment-{comment.id}"
