"""Which of the six classes truly apply to a comment, as people see it: labels to train on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from moderation.accounts.tables import User
from moderation.audit.record import Actor, record
from moderation.comments.tables import Comment
from moderation.db import db, now, writing
from moderation.review.tables import Labelling
from moderation.scoring.labels import LABELS


@dataclass(frozen=True)
class Labelled:
    """One person's labels for a comment."""

    user_id: int
    name: str
    at: datetime
    labels: tuple[str, ...]


def labels_on(comment_id: int) -> Sequence[Labelled]:
    """Everybody's labels for a comment, the latest first."""
    rows = db.session.execute(
        select(Labelling, User.display_name)
        .join(User, User.id == Labelling.user_id)
        .where(Labelling.comment_id == comment_id)
        .order_by(Labelling.at.desc(), Labelling.user_id)
    ).all()
    return [
        Labelled(row.user_id, name, row.at, tuple(label for label in LABELS if getattr(row, label)))
        for row, name in rows
    ]


def set_labels(comment_id: int, labels: Collection[str], by: Actor) -> None:
    """Keep one person's labels for a comment, in place of what they said before.

    Raises LookupError if there is no such comment, ValueError for a class that there is not.
    """
    unknown = set(labels) - set(LABELS)
    if unknown:
        raise ValueError(f"there is no class {sorted(unknown)[0]!r}")
    with writing() as session:
        if session.get(Comment, comment_id) is None:
            raise LookupError(f"there is no comment {comment_id}")
        row = session.get(Labelling, (comment_id, by.id))
        before = None if row is None else _in_words(row)
        row = row or Labelling(comment_id=comment_id, user_id=by.id)
        row.at = now()
        for label in LABELS:
            setattr(row, label, label in labels)
        session.add(row)
        after = _in_words(row)
        if after != before:
            record("comment.labelled", by, ("comment", comment_id), before=before, after=after)


def export_rows(*, batch: int = 1000) -> Iterator[Mapping[str, Any]]:
    """Every labelled comment with its text and labels, by number, as training reads them.

    Those that were erased are left out. Where people disagree the majority counts, and the label
    is None where they are even.
    """
    after = 0
    while True:
        numbers = db.session.scalars(
            select(Labelling.comment_id)
            .join(Comment, Comment.id == Labelling.comment_id)
            .where(Labelling.comment_id > after, Comment.erased_at.is_(None))
            .distinct()
            .order_by(Labelling.comment_id)
            .limit(batch)
        ).all()
        if not numbers:
            return
        yield from _rows_of(numbers)
        after = numbers[-1]


def _rows_of(numbers: Sequence[int]) -> Iterator[Mapping[str, Any]]:
    found = select(Comment.id, Comment.text).where(Comment.id.in_(numbers))
    texts: dict[int, str] = dict(db.session.execute(found).all())
    votes: dict[int, list[Labelling]] = {number: [] for number in numbers}
    for row in db.session.scalars(select(Labelling).where(Labelling.comment_id.in_(numbers))):
        votes[row.comment_id].append(row)
    for number in numbers:
        said = votes[number]
        yield {
            "id": number,
            "comment_text": texts[number],
            **{label: _majority([getattr(row, label) for row in said]) for label in LABELS},
            "people": len(said),
        }


def _majority(votes: Sequence[bool]) -> int | None:
    yes = sum(votes)
    return None if 2 * yes == len(votes) else int(2 * yes > len(votes))


def _in_words(row: Labelling) -> str:
    return ", ".join(label for label in LABELS if getattr(row, label)) or "none"
