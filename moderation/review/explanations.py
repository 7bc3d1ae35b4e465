"""Which words a comment's scores come from: made when first asked for, then kept."""

from __future__ import annotations

from moderation.comments.tables import Comment
from moderation.db import db, writing
from moderation.review.tables import KeptExplanation
from moderation.review.why import why
from moderation.scoring.explain import Explanation, as_json, explain, from_json
from moderation.scoring.labels import LABELS
from moderation.scoring.scorer import Scorer


def explanation_of(comment: Comment, scorer: Scorer) -> Explanation | None:
    """By the model that serves now; None where it cannot read the text.

    Raises ScorerUnavailable.
    """
    kept = db.session.get(KeptExplanation, comment.id)
    if kept is not None and kept.model_version == scorer.version:
        return from_json(kept.found)
    found = explain(comment.text, scorer)
    if found is not None:
        with writing() as session:
            session.merge(
                KeptExplanation(
                    comment_id=comment.id, model_version=found.version, found=as_json(found)
                )
            )
    return found


def class_to_explain(comment: Comment, explanation: Explanation) -> str:
    """The class that was furthest over its threshold; where none was, the highest."""
    crossed = why(comment).crossed
    return crossed[0].label if crossed else max(LABELS, key=lambda label: explanation.scores[label])
