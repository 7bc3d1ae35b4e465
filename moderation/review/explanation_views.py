"""The words that a score comes from: a page of its own, and the part that the desk fetches."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from moderation.review.explanations import class_to_explain, explanation_of
from moderation.review.views import NUMBER, asked_view, comment_for, place
from moderation.scoring.explain import pieces
from moderation.scoring.labels import LABELS
from moderation.scoring.scorer import ScorerUnavailable
from moderation.scoring.serving import scorer_or_stand_in
from moderation.web.guard import requires
from moderation.web.permissions import Permission

blueprint = Blueprint("explanations", __name__)
# Below this nothing speaks for a class, and shares of nothing would mislead.
SAYS_SOMETHING = 0.05
LISTED, LISTED_FROM = 5, 0.08


@blueprint.get(f"/review/{NUMBER}/words")
@requires(Permission.READ_QUEUE)
def words(comment_id: int) -> ResponseReturnValue:
    """The comment with each word marked by its share."""
    return render_template("review/words.html", **_explained(comment_id))


@blueprint.get(f"/review/{NUMBER}/words/part")
@requires(Permission.READ_QUEUE)
def part(comment_id: int) -> ResponseReturnValue:
    """The same without the page around it."""
    return render_template("review/_words.html", **_explained(comment_id))


def _explained(comment_id: int) -> dict[str, Any]:
    comment = comment_for(comment_id)
    shown = {"comment": comment, "place": place(asked_view()), "explanation": None, "away": False}
    try:
        explanation = explanation_of(comment, scorer_or_stand_in())
    except ScorerUnavailable:
        return shown | {"away": True}
    if explanation is None:
        return shown
    label = request.args.get("label") or class_to_explain(comment, explanation)
    if label not in LABELS:
        abort(400, "There is no such class.")
    start, end = explanation.passage
    weights = zip(explanation.words, explanation.shares(label), strict=True)
    heaviest = sorted(
        (pair for pair in weights if pair[1] >= LISTED_FROM), key=lambda pair: -pair[1]
    )
    return shown | {
        "explanation": explanation,
        "label": label,
        "labels": [one for one in LABELS if explanation.scores[one] >= SAYS_SOMETHING],
        "says_something": explanation.scores[label] >= SAYS_SOMETHING,
        "pieces": pieces(comment.text, explanation, label),
        "heaviest": heaviest[:LISTED],
        "whole": not (comment.text[:start] + comment.text[end:]).strip(),
    }
