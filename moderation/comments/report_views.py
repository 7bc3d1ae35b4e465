"""A reader's way to report a published comment."""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, current_app, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from moderation.comments.forms import ReportForm
from moderation.comments.reporting import report, reportable, reporter_key
from moderation.comments.tables import Comment
from moderation.db import MAX_ID
from moderation.web.guard import public
from moderation.web.limits import limiter

blueprint = Blueprint("reports", __name__)
REPORT = f"/report/<int(min=1, max={MAX_ID}):comment_id>"
REPORT_LIMIT = "10 per minute; 60 per hour"
BROWSER = "reader"  # in the session: the random number by which one reader's reports are one


@blueprint.get(REPORT)
@public
def ask(comment_id: int) -> str:
    """Show the comment, and ask what is wrong with it."""
    return _show(_comment_for(comment_id), ReportForm())


@blueprint.post(REPORT)
@public
@limiter.limit(REPORT_LIMIT)
def send(comment_id: int) -> ResponseReturnValue:
    """Count the report. Sent twice, it counts once, and the reader is thanked all the same."""
    comment = _comment_for(comment_id)
    form = ReportForm()
    if not form.validate():
        return _show(comment, form), 422
    browser = session.setdefault(BROWSER, secrets.token_urlsafe(16))
    report(comment_id, reporter_key(current_app.config["SECRET_KEY"], browser), form.reason.data)
    return redirect(url_for(".thanks", comment_id=comment_id), 303)


@blueprint.get(f"{REPORT}/thanks")
@public
def thanks(comment_id: int) -> str:
    """Say what becomes of the report."""
    return render_template("comments/reported.html", comment=_comment_for(comment_id))


def _comment_for(comment_id: int) -> Comment:
    """The comment if the public may read it, or 404: nobody learns here what is held."""
    return reportable(comment_id) or abort(404)


def _show(comment: Comment, form: ReportForm) -> str:
    return render_template("comments/report.html", comment=comment, form=form)
