"""Draw what is to be looked at blind: of the decisions, of what the model published, of the golden.

A comment or a decision is drawn by a hash of its number, so that asking again draws the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from hashlib import blake2b

from sqlalchemy import delete, exists, func, select

from moderation.accounts.tables import User
from moderation.comments.tables import Comment, Status
from moderation.db import db, now, writing
from moderation.policy.options import DeskOptions, current_options
from moderation.quality.tables import Golden, Look, LookKind
from moderation.review.tables import Verdict
from moderation.web.permissions import Permission, allows

LATELY = timedelta(days=1)
# What nobody looked at in so long is dropped: a look that nobody has time for helps nobody.
LASTS = timedelta(days=30)
# Left alone so long: somebody may still undo it.
SETTLES = timedelta(minutes=2)
# Of what the model published since it was last drawn from, at most the latest so many.
MOST_PASSED = 10_000


def draw_looks() -> int:
    """Draw from what happened of late what somebody is to see blind. Returns how many looks."""
    with writing() as session:
        stale = (Look.answered_at.is_(None), Look.made_at < now() - LASTS)
        session.execute(delete(Look).where(*stale))
        options = current_options()
        reviewers = [
            user
            for user in session.scalars(select(User).where(User.active))
            if allows(user.role, Permission.REVIEW_COMMENT)
        ]
        looks = _samples(options.samples_per_10000 / 10_000)
        if len(reviewers) > 1:
            looks += _second_looks(options.second_looks_percent / 100)
        for user in reviewers:
            looks += _golden_for(user, options)
        session.add_all(looks)
    return len(looks)


def is_drawn(kind: LookKind, number: int, share: float) -> bool:
    """Whether this one is among the `share` (0-1) that is drawn; a larger share adds to it."""
    digest = blake2b(f"{kind}:{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < share * 2**64


def _second_looks(share: float) -> list[Look]:
    """Of the decisions that stand."""
    decided = db.session.execute(
        select(Verdict.id, Verdict.comment_id).where(
            Verdict.at.between(now() - LATELY, now() - SETTLES),
            Verdict.undone_at.is_(None),
            Verdict.to_status != Status.HELD,
            ~exists().where(Look.verdict_id == Verdict.id),
        )
    )
    return [
        Look(kind=LookKind.SECOND, comment_id=comment_id, verdict_id=number, chance=share)
        for number, comment_id in decided
        if is_drawn(LookKind.SECOND, number, share)
    ]


def _samples(share: float) -> list[Look]:
    """Of what the model published because it was below every threshold."""
    if not share:
        return []
    newest = db.session.scalar(select(func.max(Comment.id))) or 0
    last = db.session.scalar(select(func.max(Look.comment_id)).where(Look.kind == LookKind.SAMPLE))
    published = db.session.scalars(
        select(Comment.id).where(
            Comment.id > max(last or 0, newest - MOST_PASSED),
            Comment.created_at < now() - SETTLES,
            Comment.status == Status.PUBLISHED,
            ~Comment.published_by_hand,
        )
    )
    return [
        Look(kind=LookKind.SAMPLE, comment_id=number, chance=share)
        for number in published
        if is_drawn(LookKind.SAMPLE, number, share)
    ]


def _golden_for(user: User, options: DeskOptions) -> Sequence[Look]:
    """One golden item, for who has decided often enough since their last one."""
    if not options.golden_every:
        return []
    own = (Look.kind == LookKind.GOLDEN, Look.user_id == user.id)
    last = db.session.scalar(select(func.max(Look.made_at)).where(*own))
    decided = select(func.count()).select_from(Verdict).where(Verdict.user_id == user.id)
    if last is not None:
        decided = decided.where(Verdict.at > last)
    if (db.session.scalar(decided) or 0) < options.golden_every:
        return []
    unknown_to_them = db.session.scalar(
        select(Golden.comment_id)
        .join(Comment, Comment.id == Golden.comment_id)
        .where(
            Comment.erased_at.is_(None),
            Golden.retired_at.is_(None),
            Golden.made_by != user.id,
            ~exists().where(Look.comment_id == Golden.comment_id, *own),
            ~exists().where(Verdict.comment_id == Golden.comment_id, Verdict.user_id == user.id),
        )
        .order_by(func.random())
        .limit(1)
    )
    if unknown_to_them is None:
        return []
    return [Look(kind=LookKind.GOLDEN, comment_id=unknown_to_them, user_id=user.id)]
