"""What moderators do to a comment: decide, escalate, undo, note, label, and all of it to many."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from moderation.comments.status import NoSuchWay, StatusConflict
from moderation.comments.tables import Comment, Status
from moderation.db import MAX_ID
from moderation.review.bulk import Preview, preview_of
from moderation.review.claim import claims_on, held_by_another, release, take_over
from moderation.review.decide import MOST_AT_ONCE, ForAnAdmin, Judgement, decide_all
from moderation.review.decide import decide as carry_out
from moderation.review.decide import escalate as leave_to_an_admin
from moderation.review.forms import BulkForm, DecisionForm, LabelsForm, NoteForm
from moderation.review.guidelines import guideline_given, guidelines
from moderation.review.labels import set_labels
from moderation.review.near import waiting_like
from moderation.review.notes import add_note
from moderation.review.queue import next_after, numbers_in
from moderation.review.tables import Guideline
from moderation.review.undo import last_action_of, undo, verdicts_of
from moderation.review.views import NUMBER, asked_view, comment_for, desk, last_decision_on, place
from moderation.web.guard import requires
from moderation.web.permissions import Permission, allows

blueprint = Blueprint("decisions", __name__)


@blueprint.get(f"/review/{NUMBER}/decide")
@requires(Permission.READ_QUEUE)
def look_again(comment_id: int) -> ResponseReturnValue:
    """Reload the answer to a decision: the case as it stands now."""
    return redirect(url_for("review.case", comment_id=comment_id, **place(asked_view())))


@blueprint.post(f"/review/{NUMBER}/decide")
@requires(Permission.REVIEW_COMMENT)
def decide(comment_id: int) -> ResponseReturnValue:
    """Decide, and go on to the comment that follows in the same view."""
    comment = comment_for(comment_id)
    form = DecisionForm(guidelines=guidelines())
    if not form.validate():
        return desk(comment, decision=form, status=422)
    if _asks_first(comment_id, form):
        return desk(comment, decision=form, status=409)
    follows = next_after(comment, asked_view())
    to, seen = Status(form.to.data), Status(form.seen.data)
    judgement = Judgement(to, note=form.note.data, guideline_id=form.guideline_given)
    try:
        carry_out(
            comment_id,
            judgement,
            current_user.actor,
            seen=seen,
            may_settle_escalated=_may_settle_escalated(),
        )
    except StatusConflict:
        if not _is_own_second_click(comment_id, to):
            return _conflict(comment_id, form)
    except ForAnAdmin:
        return _conflict(comment_id, form)
    except NoSuchWay as error:
        abort(400, f"Nothing was changed: {error}.")
    return _go_on(follows, comment_id)


@blueprint.post(f"/review/{NUMBER}/escalate")
@requires(Permission.REVIEW_COMMENT)
def escalate(comment_id: int) -> ResponseReturnValue:
    """Leave a held comment to an admin, and go on."""
    comment = comment_for(comment_id)
    form = DecisionForm(guidelines=guidelines())
    if _asks_first(comment_id, form):
        return desk(comment, decision=form, status=409)
    follows = next_after(comment, asked_view())
    try:
        leave_to_an_admin(comment_id, current_user.actor, seen=Status.HELD, note=form.note.data)
    except (StatusConflict, NoSuchWay):
        return _conflict(comment_id, form)
    return _go_on(follows, comment_id)


@blueprint.post("/review/undo")
@requires(Permission.REVIEW_COMMENT)
def take_back() -> ResponseReturnValue:
    """Take back this person's last action, or the one that is named, and show it again."""
    action_id = _action_named()
    verdicts = verdicts_of(action_id)
    try:
        undone = undo(action_id, current_user.actor)
    except LookupError:
        flash("There is nothing of yours to undo.", "warning")
        return redirect(url_for("review.queue", **place(asked_view())), 303)
    if undone.left:
        flash(_left_in_words(len(undone.left)), "warning")
    if len(verdicts) == 1 and undone.back:
        flash(f"Undone: comment {undone.back[0]} is back where it was.", "success")
        return redirect(
            url_for("review.case", comment_id=undone.back[0], **place(asked_view())), 303
        )
    if undone.back:
        flash(f"Undone: {len(undone.back):,} comments are back where they were.", "success")
    return redirect(url_for("review.queue", **place(asked_view())), 303)


@blueprint.post(f"/review/{NUMBER}/notes")
@requires(Permission.REVIEW_COMMENT)
def write_note(comment_id: int) -> ResponseReturnValue:
    """Add a private note to the comment."""
    comment = comment_for(comment_id)
    form = NoteForm()
    if not form.validate():
        return desk(comment, noting=form, status=422)
    add_note(comment_id, form.text.data, current_user.actor)
    return redirect(_case(comment_id, "notes"), 303)


@blueprint.post(f"/review/{NUMBER}/labels")
@requires(Permission.REVIEW_COMMENT)
def label(comment_id: int) -> ResponseReturnValue:
    """Say which classes truly apply to the comment."""
    comment_for(comment_id)
    form = LabelsForm()
    if not form.validate():
        abort(400, "There is no such class.")
    set_labels(comment_id, form.labels.data, current_user.actor)
    return redirect(_case(comment_id, "labels"), 303)


@blueprint.get("/review/bulk")
@requires(Permission.REVIEW_COMMENT)
def preview_bulk() -> ResponseReturnValue:
    """Show what an action on many comments would do, before it is done.

    They are named one by one, or as all that wait and are `alike` one of them, or as all of a view.
    """
    if alike := request.args.get("alike", type=_number):
        numbers = waiting_like(alike, limit=MOST_AT_ONCE + 1)
    elif "all" in request.args:
        numbers = numbers_in(asked_view(), limit=MOST_AT_ONCE + 1)
    else:
        numbers = request.args.getlist("ids", type=_number)
    preview = preview_of(numbers)
    return _bulk_page(preview, BulkForm(formdata=None, guidelines=guidelines()))


@blueprint.post("/review/bulk")
@requires(Permission.REVIEW_COMMENT)
def bulk() -> ResponseReturnValue:
    """Do it, as one action that one undo takes back."""
    form = BulkForm(guidelines=guidelines())
    if not form.validate():
        return _bulk_page(preview_of(form.numbers), form), 422
    outcome = decide_all(
        form.seen,
        Judgement(Status(form.to.data), note=form.note.data, guideline_id=form.guideline_given),
        current_user.actor,
        may_settle_escalated=_may_settle_escalated(),
    )
    # What was done stands at the undo, which the queue shows.
    if outcome.left:
        flash(_left_in_words(len(outcome.left)), "warning")
    return redirect(url_for("review.queue", **place(asked_view())), 303)


def _action_named() -> int:
    """The action that the form names, else this person's last one; 0: there is none."""
    named = request.form.get("action")
    if not named:
        last = last_action_of(current_user.id)
        return last.id if last else 0
    try:
        return _number(named)
    except ValueError:
        abort(400, "There is no such action.")


def _asks_first(comment_id: int, form: DecisionForm) -> bool:
    """Whether somebody else has it open, and this person has not said "anyway": that takes over."""
    if held_by_another(comment_id, current_user.actor) is None:
        return False
    if form.anyway.data:
        take_over(comment_id, current_user.actor)
    form.asks = not form.anyway.data
    return form.asks


def _bulk_page(preview: Preview, form: BulkForm) -> str:
    claims = claims_on({comment.id for comment in preview.comments})
    others = {n: holder for n, holder in claims.items() if holder.user_id != current_user.id}
    return render_template(
        "review/bulk.html",
        preview=preview,
        form=form,
        held_by_others=others,
        place=place(asked_view()),
    )


def _conflict(comment_id: int, form: DecisionForm) -> ResponseReturnValue:
    """The case as it stands by now, with what was typed still in its fields."""
    standing = last_decision_on(comment_id)
    return desk(comment_for(comment_id), decision=form, conflict=standing, status=409)


def _is_own_second_click(comment_id: int, to: Status) -> bool:
    """The same click twice: it is done, and the person wants the next comment."""
    standing = last_decision_on(comment_id)
    return standing is not None and (standing.actor_id, standing.after) == (current_user.id, to)


def _go_on(follows: int | None, done: int) -> ResponseReturnValue:
    release(done, current_user.actor)
    where: dict[str, Any] = {**place(asked_view()), "done": done}
    if follows is None:
        return redirect(url_for("review.queue", **where), 303)
    return redirect(url_for("review.case", comment_id=follows, **where, _anchor="case"), 303)


def _case(comment_id: int, anchor: str) -> str:
    return url_for("review.case", comment_id=comment_id, **place(asked_view()), _anchor=anchor)


def _may_settle_escalated() -> bool:
    return allows(current_user.role, Permission.DECIDE_ESCALATED)


def _left_in_words(count: int) -> str:
    if count == 1:
        return "One comment was left as it is: somebody decided it since, or it cannot go there."
    return (
        f"{count:,} comments were left as they are: somebody decided them since, or they cannot"
        " go there."
    )


def _number(text: str) -> int:
    """The number of a row. Raises ValueError for what can be none."""
    number = int(text)
    if not 0 < number <= MAX_ID:
        raise ValueError(text)
    return number


@blueprint.app_context_processor
def reasons() -> dict[str, Any]:
    """`guideline_of(comment)`: the reason that its author may read, for the public status page."""

    def guideline_of(comment: Comment) -> Guideline | None:
        against = comment.status in (Status.REJECTED, Status.REMOVED)
        return guideline_given(comment.id) if against else None

    return {"guideline_of": guideline_of}
