"""The desk: the queue, one case, and the decision on it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from moderation.audit.tables import Event
from moderation.audit.trail import events_about, last_event_about
from moderation.comments.status import NoSuchWay, StatusConflict
from moderation.comments.tables import Comment, Status
from moderation.db import MAX_ID, db
from moderation.policy.versions import current_policy
from moderation.review.decide import CHOICES
from moderation.review.decide import decide as carry_out
from moderation.review.filters import Filter
from moderation.review.forms import MAX_NOTE, STATE_NAMES, DecisionForm, FilterForm
from moderation.review.history import author_of
from moderation.review.queue import (
    COUNTED_AT_MOST,
    count_held,
    count_matching,
    count_waiting,
    next_after,
    page_of_queue,
    page_with,
)
from moderation.review.why import why
from moderation.web.guard import requires
from moderation.web.permissions import Permission

blueprint = Blueprint("review", __name__)
NUMBER = f"<int(min=1, max={MAX_ID}):comment_id>"


@blueprint.get("/review")
@requires(Permission.READ_QUEUE)
def queue() -> ResponseReturnValue:
    """The list, with its first comment beside it where there is room."""
    if "" in request.args.values():  # a form sends its empty fields too: keep the address short
        form = FilterForm(request.args)
        if form.validate():
            return redirect(url_for(".queue", **form.as_filter().as_args()))
    return _desk(None)


@blueprint.get(f"/review/{NUMBER}")
@requires(Permission.READ_QUEUE)
def case(comment_id: int) -> ResponseReturnValue:
    """One comment with all that helps to decide it."""
    return _desk(comment_for(comment_id))


@blueprint.get(f"/review/{NUMBER}/decide")
@requires(Permission.READ_QUEUE)
def look_again(comment_id: int) -> ResponseReturnValue:
    """Reload the answer to a decision: the case as it stands now."""
    return redirect(url_for(".case", comment_id=comment_id, **_place(_asked_view())))


@blueprint.post(f"/review/{NUMBER}/decide")
@requires(Permission.REVIEW_COMMENT)
def decide(comment_id: int) -> ResponseReturnValue:
    """Decide, and go on to the comment that follows in the same view."""
    comment = comment_for(comment_id)
    form = DecisionForm()
    if not form.validate():
        return _desk(comment, decision=form, status=422)
    view = _asked_view()
    follows = next_after(comment, view)
    actor = current_user.actor
    to, seen = Status(form.to.data), Status(form.seen.data)
    try:
        carry_out(comment_id, to, actor, seen=seen, note=form.note.data)
    except StatusConflict:
        standing = last_event_about("comment", comment_id)
        if standing is None or (standing.actor_id, standing.after) != (actor.id, to):
            return _desk(comment_for(comment_id), decision=form, conflict=standing, status=409)
        # The same click twice: it is done, and the person wants the next one.
    except NoSuchWay as error:
        abort(400, f"Nothing was changed: {error}.")
    where = {**_place(view), "done": comment_id}
    if follows is None:
        return redirect(url_for(".queue", **where), 303)
    return redirect(url_for(".case", comment_id=follows, **where, _anchor="case"), 303)


def comment_for(comment_id: int) -> Comment:
    """The comment, for those who may read the queue: the guard saw to that. Or 404."""
    comment = db.session.get(Comment, comment_id)
    if comment is None:
        abort(404, f"There is no comment {comment_id}.")
    return comment


def _desk(
    comment: Comment | None,
    *,
    decision: DecisionForm | None = None,
    conflict: Event | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The page: list, filters and counts, and the case: `comment`, else the first listed."""
    form = FilterForm(request.args)
    valid = form.validate()
    view = form.as_filter() if valid else Filter()
    page = page_of_queue(view, after=request.args.get("after"), before=request.args.get("before"))
    if comment is not None:
        page = page_with(comment, view, page)
    shown = comment or next(iter(page.rows), None)
    policy = current_policy()
    counts = count_held(view, policy)
    body = render_template(
        "review/desk.html",
        view=view,
        form=form,
        page=page,
        place=_place(view),
        opened=comment is not None,
        comment=shown,
        counts=counts,
        total=count_matching(view) if view.narrowed else counts.held,
        counted_at_most=COUNTED_AT_MOST,
        state_names=STATE_NAMES,
        max_note=MAX_NOTE,
        policy=policy,
        whose=comment_for(view.author_of) if view.author_of else None,
        done=_just_done(),
        conflict=conflict,
        **_case_file(shown, decision),
    )
    return body, status if valid else 400


def _case_file(comment: Comment | None, decision: DecisionForm | None) -> dict[str, Any]:
    """What the case shows beside the comment itself."""
    if comment is None:
        return {}
    return {
        "why": why(comment),
        "author": author_of(comment),
        "trail": events_about("comment", comment.id),
        "choices": CHOICES[Status(comment.status)],
        "decision": decision or DecisionForm(formdata=None),
    }


def _asked_view() -> Filter:
    """The view that the address names; the default one if it names none that makes sense."""
    form = FilterForm(request.args)
    return form.as_filter() if form.validate() else Filter()


def _place(view: Filter) -> dict[str, Any]:
    """The address of the list at this place: its view and its page."""
    cursors = {name: request.args[name] for name in ("after", "before") if request.args.get(name)}
    return {**view.as_args(), **cursors}


def _just_done() -> Event | None:
    """The person's own last decision, if the address says that they come from it."""
    number = request.args.get("done", type=int)
    event = last_event_about("comment", number) if number else None
    return event if event is not None and event.actor_id == current_user.id else None


class NavCounts:
    """Numbers beside the desk's navigation, asked for only where it is drawn."""

    @cached_property
    def held(self) -> int:
        """How many comments wait."""
        return count_waiting()


@blueprint.app_context_processor
def nav_counts() -> dict[str, NavCounts]:
    """`nav_counts` in every template."""
    return {"nav_counts": NavCounts()}


@blueprint.app_template_filter("first_line")
def first_line(text: str) -> str:
    """The first line of a text that has anything in it, short enough for a list."""
    return next((line.strip()[:200] for line in text.splitlines() if line.strip()), "(blank)")
