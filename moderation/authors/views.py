"""The page of one author, named by one of their comments: no e-mail address in the address bar."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from moderation.authors.forms import RuleForm
from moderation.authors.record import comments_by, record_of
from moderation.comments.author_rules import end_rule, is_in_force, make_rule, rules_about
from moderation.comments.tables import Comment, RuleKind
from moderation.db import MAX_ID
from moderation.policy.versions import current_policy
from moderation.review.history import decided_on
from moderation.review.views import NUMBER, comment_for
from moderation.web.guard import requires
from moderation.web.permissions import Permission

blueprint = Blueprint("authors", __name__)
PAGE = f"/review/{NUMBER}/author"


@blueprint.get(PAGE)
@requires(Permission.READ_QUEUE)
def author(comment_id: int) -> ResponseReturnValue:
    """Everything about the author of this comment."""
    return _show(comment_for(comment_id), RuleForm(formdata=None))


@blueprint.post(f"{PAGE}/rules")
@requires(Permission.REVIEW_COMMENT)
def make(comment_id: int) -> ResponseReturnValue:
    """Make a rule about the author."""
    comment = comment_for(comment_id)
    form = RuleForm()
    if not form.validate():
        return _show(comment, form), 422
    make_rule(
        comment.author_key,
        RuleKind(form.kind.data),
        reason=form.reason.data,
        until=form.until,
        by=current_user.actor,
        about=comment_id,
    )
    flash("The rule holds from now on.", "success")
    return redirect(url_for(".author", comment_id=comment_id), 303)


@blueprint.post(f"{PAGE}/rules/<int(min=1, max={MAX_ID}):rule_id>/end")
@requires(Permission.REVIEW_COMMENT)
def end(comment_id: int, rule_id: int) -> ResponseReturnValue:
    """End a rule before its time."""
    comment = comment_for(comment_id)
    if rule_id not in {rule.id for rule in rules_about(comment.author_key)}:
        abort(404, "There is no such rule about this author.")
    ended = end_rule(rule_id, by=current_user.actor, about=comment_id)
    flash("The rule has ended." if ended else "It had ended already.", "success")
    return redirect(url_for(".author", comment_id=comment_id), 303)


def _show(comment: Comment, form: RuleForm) -> str:
    policy = current_policy()
    rules = rules_about(comment.author_key)
    page = comments_by(
        comment.author_key, after=request.args.get("after"), before=request.args.get("before")
    )
    return render_template(
        "authors/author.html",
        comment=comment,
        form=form,
        record=record_of(comment.author_key, policy),
        policy=policy,
        page=page,
        decided=decided_on([row.id for row in page.rows]),
        in_force=[rule for rule in rules if is_in_force(rule)],
        past=[rule for rule in rules if not is_in_force(rule)],
    )
