"""Who has a comment open. A claim is shown to the others and lapses by itself; it locks nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from moderation.accounts.tables import User
from moderation.audit.record import Actor
from moderation.comments.status import locked
from moderation.db import db, now, writing
from moderation.policy.options import current_options
from moderation.review.tables import Claim


@dataclass(frozen=True)
class Holder:
    """Who claims a comment, and until when unless they say so again."""

    user_id: int
    name: str
    until: datetime


def claim(comment_id: int, by: Actor) -> Holder:
    """Claim a comment, or keep one's claim longer. Returns who holds it: perhaps another.

    Raises LookupError if there is no such comment.
    """
    with writing() as session:
        locked(comment_id)  # two who open it at once come one after the other
        row = session.get(Claim, comment_id)
        if row is None or row.user_id == by.id or row.expires_at <= now():
            _hold(row, comment_id, by)
    return claims_on([comment_id])[comment_id]


def take_over(comment_id: int, by: Actor) -> None:
    """Claim a comment whoever else does. Raises LookupError if there is no such comment."""
    with writing() as session:
        locked(comment_id)
        _hold(session.get(Claim, comment_id), comment_id, by)


def release(comment_id: int, by: Actor) -> None:
    """Give one's own claim back. A claim of somebody else stays."""
    with writing() as session:
        own = delete(Claim).where(Claim.comment_id == comment_id, Claim.user_id == by.id)
        session.execute(own)


def claims_on(comment_ids: Collection[int]) -> Mapping[int, Holder]:
    """Who claims which of these comments now."""
    if not comment_ids:
        return {}
    rows = db.session.execute(
        select(Claim.comment_id, Claim.user_id, User.display_name, Claim.expires_at)
        .join(User, User.id == Claim.user_id)
        .where(Claim.comment_id.in_(comment_ids), Claim.expires_at > now())
    )
    return {number: Holder(user_id, name, until) for number, user_id, name, until in rows}


def held_by_another(comment_id: int, by: Actor) -> Holder | None:
    """Who else claims a comment, or None."""
    holder = claims_on([comment_id]).get(comment_id)
    return holder if holder is not None and holder.user_id != by.id else None


def _hold(row: Claim | None, comment_id: int, by: Actor) -> None:
    since = row.claimed_at if row is not None and row.user_id == by.id else now()
    until = now() + timedelta(minutes=current_options().claim_minutes)
    db.session.merge(
        Claim(comment_id=comment_id, user_id=by.id, claimed_at=since, expires_at=until)
    )
