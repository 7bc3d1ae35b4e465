"""Claim a comment, take it over, give it back. A page's script does so as it opens and leaves."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from moderation.review import claim as claims
from moderation.review.views import NUMBER, asked_view, comment_for, place
from moderation.web.guard import requires
from moderation.web.permissions import Permission

blueprint = Blueprint("claims", __name__)


@blueprint.post(f"/review/{NUMBER}/claim")
@requires(Permission.REVIEW_COMMENT)
def claim(comment_id: int) -> ResponseReturnValue:
    """Claim the comment, even if somebody else does where `take_over` is sent along."""
    comment_for(comment_id)
    verb = claims.take_over if request.form.get("take_over") else claims.claim
    verb(comment_id, current_user.actor)
    return redirect(
        url_for("review.case", comment_id=comment_id, **place(asked_view()), _anchor="case"), 303
    )


@blueprint.post(f"/review/{NUMBER}/release")
@requires(Permission.REVIEW_COMMENT)
def release(comment_id: int) -> ResponseReturnValue:
    """Give the comment back to whoever comes next."""
    claims.release(comment_id, current_user.actor)
    return redirect(url_for("review.queue", **place(asked_view())), 303)
