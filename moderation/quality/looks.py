"""Take a blind look, answer it or skip it. Nothing is published or hidden by an answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from moderation.audit.record import Actor, record
from moderation.comments.tables import Comment, Status
from moderation.db import db, now, writing
from moderation.quality.tables import Look, LookKind
from moderation.review.filters import Filter
from moderation.review.labels import set_labels
from moderation.review.preferences import preferences_of
from moderation.review.tables import Labelling, Verdict

# For so long a look that was taken is kept from the others.
KEPT_FOR = timedelta(minutes=10)
MOST_COUNTED = 99  # it stands on every page of the desk
AGAINST = (Status.REJECTED, Status.REMOVED)


def count_looks_for(user_id: int, left_out: Sequence[str]) -> int:
    """How many blind looks wait for a person who leaves out these classes, MOST_COUNTED at most."""
    some = select(Look.id).where(_may_take(user_id, left_out)).limit(MOST_COUNTED).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def take_look(by: Actor) -> Look | None:
    """Give a person a look: the one that they have, else the next that nobody has. None: no more.

    Nobody looks again at what they have decided or labelled themselves, nor at what is over the
    threshold of a class that they leave out.
    """
    with writing() as session:
        left_out = preferences_of(by.id).left_out if by.id else ()
        waiting = select(Look).where(_may_take(by.id, left_out)).with_for_update(skip_locked=True)
        look = session.scalar(waiting.where(_is_theirs(by.id)).limit(1)) or session.scalar(
            waiting.order_by(Look.taken_at.nulls_first(), Look.id).limit(1)
        )
        if look is not None:
            look.user_id, look.taken_at = by.id, now()
    return look


def look_of(look_id: int, user_id: int | None) -> Look:
    """The look that this person has taken. Raises LookupError if it is not theirs (any more)."""
    look = db.session.get(Look, look_id)
    if look is None or look.user_id != user_id or look.taken_at is None or look.answered_at:
        raise LookupError("this look is not yours any more")
    return look


def answer_look(look_id: int, *, reject: bool, labels: Collection[str], by: Actor) -> None:
    """Keep what a person said of a comment that they saw blind, and its labels.

    If it differs from what was decided before, it is disputed until somebody settles it.
    Raises LookupError if the look is not theirs, ValueError for a class that there is not.
    """
    with writing() as session:
        look = look_of(look_id, by.id)
        set_labels(look.comment_id, labels, by)
        look.reject, look.answered_at = reject, now()
        if look.kind == LookKind.SECOND:
            verdict = session.get_one(Verdict, look.verdict_id)
            stands = verdict.undone_at is None
            look.disputed = stands and reject != (verdict.to_status in AGAINST)
        look.disputed = look.disputed or (look.kind == LookKind.SAMPLE and reject)
        record("look.answered", by, ("look", look.id), after="reject" if reject else "keep")


def skip_look(look_id: int, by: Actor) -> None:
    """Leave a look to others, or a golden item for good. Raises LookupError if it is not theirs."""
    with writing():
        look = look_of(look_id, by.id)
        look.taken_at = now()
        if look.kind == LookKind.GOLDEN:
            look.answered_at = now()
        else:
            look.user_id = None


def _is_theirs(user_id: int | None) -> ColumnElement[bool]:
    return and_(Look.user_id == user_id, Look.taken_at.is_not(None))


def _may_take(user_id: int | None, left_out: Sequence[str]) -> ColumnElement[bool]:
    free = or_(Look.user_id.is_(None), Look.taken_at < now() - KEPT_FOR)
    for_anybody = and_(
        Look.kind != LookKind.GOLDEN,
        free,
        ~exists().where(Verdict.comment_id == Look.comment_id, Verdict.user_id == user_id),
        ~exists().where(Labelling.comment_id == Look.comment_id, Labelling.user_id == user_id),
    )
    bearable = [
        Look.comment_id.not_in(select(Comment.id).where(condition))
        for condition in Filter(without=",".join(left_out)).over_left_out
    ]
    return and_(Look.answered_at.is_(None), or_(Look.user_id == user_id, for_anybody), *bearable)
