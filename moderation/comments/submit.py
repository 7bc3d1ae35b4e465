"""The spine: the whole way of a comment from the form to the page or the queue.

    submit → store (held, unscored) → score → decide → publish, hold or reject

A comment is committed before it is scored, and its count of tries rises before each try:
one that kills the scorer's process is still there, held, and is quarantined after
MAX_TRIES. Nothing is ever published unscored.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from moderation import metrics
from moderation.audit.record import SYSTEM
from moderation.comments.author_rules import Muted, rule_in_force
from moderation.comments.clock import due_at
from moderation.comments.effects import promise_effects
from moderation.comments.status import change_status, locked
from moderation.comments.tables import Comment, HoldReason, RuleKind, Status
from moderation.db import db, now, writing
from moderation.policy.decide import Action, decide
from moderation.policy.options import current_options
from moderation.policy.versions import current_policy
from moderation.scoring.scorer import Scorer, Scores
from moderation.text.language import foreign_language
from moderation.text.storable import storable

MAX_TRIES = 3
MAX_CHARACTERS = 10_000
# A comment younger than this is still in the hands of the request that brought it.
SETTLED_AFTER = timedelta(seconds=30)

log = structlog.get_logger()

OUTCOME: dict[Action, tuple[Status, HoldReason | None]] = {
    Action.PUBLISH: (Status.PUBLISHED, None),
    Action.HOLD: (Status.HELD, HoldReason.SCORE),
    Action.REJECT: (Status.REJECTED, None),
}


@dataclass(frozen=True)
class Draft:
    """What an author sent, already validated by the form."""

    page: str
    author_name: str
    text: str
    author_email: str | None = None
    submission_key: str | None = None


def submit(draft: Draft, scorer: Scorer, *, at: datetime | None = None) -> Comment:
    """Take a comment in and return it as it stands then: published, held or rejected.

    The same `submission_key` sent twice gives the comment of the first time. Raises Muted for
    an author who may not send for now; nothing is stored then.
    """
    muted = rule_in_force(author_key(draft.author_name, draft.author_email), RuleKind.MUTED, at=at)
    if muted is not None:
        raise Muted(muted)
    comment_id, is_new = store(draft, at=at)
    if is_new:
        judge(comment_id, scorer, at=at)
    return db.session.get_one(Comment, comment_id)


def store(draft: Draft, *, at: datetime | None = None) -> tuple[int, bool]:
    """Commit the comment, held and unscored. Returns its number and whether it is new."""
    at = at or now()
    comment = Comment(
        page=draft.page,
        author_name=storable(draft.author_name),
        author_email=draft.author_email,
        author_key=author_key(draft.author_name, draft.author_email),
        text=storable(draft.text),
        created_at=at,
        status_changed_at=at,
        due_at=due_at(at, 1, current_options()),  # as if the worst, until it is scored
        status_token=secrets.token_urlsafe(24),
        submission_key=draft.submission_key,
    )
    try:
        with writing() as session:
            session.add(comment)
            session.flush()
            return comment.id, True
    except IntegrityError:
        known = db.session.scalar(
            select(Comment.id).where(Comment.submission_key == draft.submission_key)
        )
        if draft.submission_key is None or known is None:
            raise
        return known, False


def judge(comment_id: int, scorer: Scorer, *, at: datetime | None = None) -> bool:
    """Score a held, unscored comment and let the policy decide; leave it held if that fails.

    Returns whether the scorer was well.
    """
    text = _begin_try(comment_id, at)
    if text is None:
        return True
    try:
        [scores] = scorer.score([text])
    except Exception as error:  # whatever it was: the comment stays held, and a person looks
        log.warning("scoring_failed", comment=comment_id, error=type(error).__name__)
        _give_up_after_too_many(comment_id, at)
        return False
    _settle(comment_id, scores, scorer.version, at)
    return True


def rescore(scorer: Scorer, *, limit: int = 500) -> int:
    """Judge the comments that were left unscored. Returns how many now have an answer.

    To be called when the scorer is known to work: each call costs a comment one of its tries. So
    it ends with the first that fails: where the scorer hangs in it, no other would be answered. It
    comes last the next time.
    """
    waiting = left_unscored(limit=limit)
    for comment_id in waiting:
        if not judge(comment_id, scorer):
            break
    left = db.session.scalars(
        select(Comment.id).where(
            Comment.id.in_(waiting), Comment.hold_reason == HoldReason.UNSCORED
        )
    ).all()
    return len(waiting) - len(left)


def left_unscored(*, limit: int) -> Sequence[int]:
    """The comments without scores that no request has in hand any more.

    Those tried least come first, so that one that ends this process holds up no others.
    """
    moment = now()
    return db.session.scalars(
        select(Comment.id)
        .where(
            Comment.hold_reason == HoldReason.UNSCORED,
            # One from the future was sent before the clock was put back.
            ~Comment.created_at.between(moment - SETTLED_AFTER, moment + SETTLED_AFTER),
        )
        .order_by(Comment.tries, Comment.created_at, Comment.id)
        .limit(limit)
    ).all()


def author_key(name: str, email: str | None) -> str:
    """Whom we take the author to be: the e-mail address if there is one, else the name."""
    if email:
        return f"mail:{email.casefold()}"
    return f"name:{unicodedata.normalize('NFKC', storable(name)).casefold().strip()}"[:270]


def _begin_try(comment_id: int, at: datetime | None) -> str | None:
    """Count one more try, committed; the text, or None if there is nothing to try."""
    with writing():
        comment = locked(comment_id)
        if comment.hold_reason != HoldReason.UNSCORED:
            return None
        if comment.tries >= MAX_TRIES:  # the last try ended with its process
            _quarantine(comment, at)
            return None
        comment.tries += 1
        return comment.text


def _give_up_after_too_many(comment_id: int, at: datetime | None) -> None:
    with writing():
        comment = locked(comment_id)
        if comment.hold_reason == HoldReason.UNSCORED and comment.tries >= MAX_TRIES:
            _quarantine(comment, at)


def _quarantine(comment: Comment, at: datetime | None) -> None:
    metrics.count(metrics.judged_comments, Status.HELD, HoldReason.QUARANTINED)
    change_status(
        comment,
        Status.HELD,
        SYSTEM,
        hold_reason=HoldReason.QUARANTINED,
        note=f"scoring failed {comment.tries} times",
        at=at,
    )


def _settle(
    comment_id: int, scores: Scores | None, model_version: str, at: datetime | None
) -> None:
    """Keep the scores, apply the policy, and send the comment where it says."""
    with writing():
        comment = locked(comment_id)
        if comment.hold_reason != HoldReason.UNSCORED:
            return  # a person, or another try, was quicker
        comment.scored_at = at or now()
        comment.model_version = model_version
        to: Status = Status.HELD
        reason: HoldReason | None = _why_unread(comment.text)
        if scores is not None:
            policy = current_policy()
            comment.set_scores(scores)
            comment.due_at = due_at(comment.created_at, comment.urgency, current_options())
            comment.policy_version = policy.version
            to, reason = OUTCOME[decide(scores, policy).action]
            if to is Status.PUBLISHED and _is_under_review(comment):
                to, reason = Status.HELD, HoldReason.AUTHOR
        metrics.count(metrics.judged_comments, to, reason or "none")
        event = change_status(comment, to, SYSTEM, hold_reason=reason, at=at)
        if event is not None:
            promise_effects(event, comment)


def _why_unread(text: str) -> HoldReason:
    return HoldReason.LANGUAGE if foreign_language(text) else HoldReason.UNREADABLE


def _is_under_review(comment: Comment) -> bool:
    return rule_in_force(comment.author_key, RuleKind.REVIEW) is not None
