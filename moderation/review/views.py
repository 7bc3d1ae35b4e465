"""The desk: the queue, one case, and the decision on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from moderation.audit.tables import Event
from moderation.audit.trail import events_about, last_event_about
from moderation.comments.reporting import reports_on
from moderation.comments.tables import Comment
from moderation.db import MAX_ID, db
from moderation.policy.options import current_options
from moderation.policy.versions import current_policy
from moderation.review.claim import claims_on
from moderation.review.decide import choices_for
from moderation.review.filters import Filter
from moderation.review.forms import (
    MAX_NOTE,
    STATE_NAMES,
    DecisionForm,
    FilterForm,
    NoteForm,
)
from moderation.review.guidelines import guidelines
from moderation.review.history import author_of
from moderation.review.labels import labels_on
from moderation.review.near import piles_of, precedents_of
from moderation.review.notes import notes_on
from moderation.review.preference_views import own_preferences
from moderation.review.preferences import ACTS
from moderation.review.queue import (
    count_held,
    count_left_out,
    count_matching,
    count_waiting,
    in_words,
    mild_one,
    next_after,
    page_of_queue,
    page_with,
)
from moderation.review.saved import saved_views
from moderation.review.tables import Verdict
from moderation.review.undo import last_action_of, verdicts_of
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
    return desk(None)


@blueprint.get(f"/review/{NUMBER}")
@requires(Permission.READ_QUEUE)
def case(comment_id: int) -> ResponseReturnValue:
    """One comment with all that helps to decide it."""
    return desk(comment_for(comment_id))


@blueprint.get(f"/review/{NUMBER}/pane")
@requires(Permission.READ_QUEUE)
def pane(comment_id: int) -> ResponseReturnValue:
    """The case without the page around it: what the desk's script shows next."""
    comment, view = comment_for(comment_id), asked_view()
    return render_template(
        "review/pane.html",
        view=view,
        place=place(view),
        opened=True,
        comment=comment,
        max_note=MAX_NOTE,
        claims=claims_on([comment_id]),
        undoable=_undoable(),
        follows=next_after(comment, view),
        piles=piles_of([comment_id]),
        **_case_file(comment),
    )


@blueprint.get("/review/milder")
@requires(Permission.READ_QUEUE)
def milder() -> ResponseReturnValue:
    """Something milder than what one has just read; where nothing is, the queue says so."""
    found = mild_one()
    view = asked_view()
    if found is None:
        flash("Nothing milder waits at the moment.", "info")
        return redirect(url_for(".queue", **place(view)))
    return redirect(url_for(".case", comment_id=found, **place(view)))


def comment_for(comment_id: int) -> Comment:
    """The comment, for those who may read the queue: the guard saw to that. Or 404."""
    comment = db.session.get(Comment, comment_id)
    if comment is None:
        abort(404, f"There is no comment {comment_id}.")
    return comment


def desk(
    comment: Comment | None,
    *,
    decision: DecisionForm | None = None,
    noting: NoteForm | None = None,
    conflict: Event | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The page: list, filters and counts, and the case: `comment`, else the first listed."""
    form = FilterForm(request.args)
    valid = form.validate()
    view = _started(form.as_filter() if valid else Filter())
    total = count_matching(view) if view.narrowed else None
    after, before = request.args.get("after"), request.args.get("before")
    page = page_of_queue(view, after=after, before=before, total=total)
    if comment is not None:
        page = page_with(comment, view, page)
    shown = comment or next(iter(page.rows), None)
    policy = current_policy()
    counts = count_held(view, policy)
    listed = {row.id for row in (*page.rows, shown) if row is not None}
    body = render_template(
        "review/desk.html",
        view=view,
        form=form,
        page=page,
        place=place(view),
        opened=comment is not None,
        comment=shown,
        counts=counts,
        nav_counts=NavCounts(counts.waiting),
        left_out=count_left_out(view) if view.left_out else 0,
        total=total,
        state_names=STATE_NAMES,
        max_note=MAX_NOTE,
        policy=policy,
        whose=comment_for(view.author_of) if view.author_of else None,
        done=_just_done(),
        conflict=conflict,
        undoable=_undoable(),
        claims=claims_on(listed),
        piles=piles_of(listed),
        follows=next_after(shown, view, page) if shown else None,
        claim_seconds=60 * current_options().claim_minutes,
        acts=ACTS,
        saved=saved_views(current_user.id),
        view_query=urlencode(view.as_args()),
        **_case_file(shown, decision, noting),
    )
    return body, status if valid else 400


def _case_file(
    comment: Comment | None,
    decision: DecisionForm | None = None,
    noting: NoteForm | None = None,
) -> dict[str, Any]:
    """What the case shows beside the comment itself."""
    if comment is None:
        return {}
    return {
        "why": why(comment),
        "author": author_of(comment),
        "trail": events_about("comment", comment.id),
        "choices": choices_for(comment),
        "decision": decision or DecisionForm(formdata=None, guidelines=guidelines()),
        "noting": noting or NoteForm(formdata=None),
        "notes": notes_on(comment.id),
        "labelled": labels_on(comment.id),
        "reports": reports_on(comment),
        "precedents": precedents_of(comment),
    }


def asked_view() -> Filter:
    """The view that the address names; the default one if it names none that makes sense."""
    form = FilterForm(request.args)
    return _started(form.as_filter() if form.validate() else Filter())


def _started(view: Filter) -> Filter:
    """The view, and where it is the one that everybody starts with, without what they leave out."""
    if view.narrowed or view.without:
        return view
    return replace(view, without=",".join(own_preferences().left_out) or None)


def place(view: Filter) -> dict[str, Any]:
    """The address of the list at this place: its view and its page."""
    cursors = {name: request.args[name] for name in ("after", "before") if request.args.get(name)}
    return {**view.as_args(), **cursors}


def _just_done() -> Event | None:
    """The person's own last decision, if the address says that they come from it."""
    number = request.args.get("done", type=int)
    event = last_decision_on(number) if number else None
    return event if event is not None and event.actor_id == current_user.id else None


def last_decision_on(comment_id: int) -> Event | None:
    """The latest change of the comment's status, or None."""
    return last_event_about("comment", comment_id, action="comment.status")


def _undoable() -> Sequence[Verdict]:
    """What an undo would take back: the verdicts of this person's last action that stands."""
    action = last_action_of(current_user.id)
    return verdicts_of(action.id) if action else ()


class NavCounts:
    """Numbers beside the desk's navigation, asked for only where it is drawn and not known."""

    def __init__(self, waiting: int | None = None) -> None:
        self._waiting = waiting

    @cached_property
    def held(self) -> str:
        """How many comments wait."""
        return in_words(count_waiting() if self._waiting is None else self._waiting)


@blueprint.app_context_processor
def nav_counts() -> dict[str, NavCounts]:
    """`nav_counts` in every template."""
    return {"nav_counts": NavCounts()}


@blueprint.app_template_filter("first_line")
def first_line(text: str) -> str:
    """The first line of a text that has anything in it, short enough for a list."""
    return next((line.strip()[:200] for line in text.splitlines() if line.strip()), "(blank)")
