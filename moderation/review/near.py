"""Comments that are nearly the same: found by MinHash, compared by what they share.

A comment is the set of its runs of four characters, after cleaning. MinHash in bands finds who may
share many (Broder, "On the resemblance and containment of documents", 1997); the Jaccard similarity
of the sets then says how alike two are. Figures: docs/decisions/0214.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from rensa import RMinHash
from sqlalchemy import ScalarSelect, exists, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from moderation.comments.status import locked
from moderation.comments.tables import Comment, Status
from moderation.db import db, writing
from moderation.review.history import Decided, decided_on
from moderation.review.tables import NearKey, Pile, Verdict
from moderation.text.characters import FOREIGN
from moderation.text.clean import clean

RUN = 4
BANDS, ROWS = 8, 4
SEED = 20
# Alike enough to be decided together, and to be shown as an earlier decision.
SAME = 0.6
SIMILAR = 0.5
# Less than this is too little to compare: "lol" is not a copy of "lol".
FEWEST_CHARACTERS, FEWEST_RUNS = 24, 15
# Of the comments that share a key so many are compared: those of a pile share all of them.
COMPARED = 100

NO_RUNS: frozenset[str] = frozenset()
_WORDS = re.compile(r"\w+")


def runs_of(text: str) -> frozenset[str] | None:
    """The runs of characters that a text is compared by; None if they are too few."""
    cleaned = clean(text)
    if FOREIGN in cleaned:  # all letters of another script are one to the model, not to us
        cleaned = text.casefold()
    words = " ".join(_WORDS.findall(cleaned))
    runs = frozenset(words[start : start + RUN] for start in range(len(words) - RUN + 1))
    return runs if len(words) >= FEWEST_CHARACTERS and len(runs) >= FEWEST_RUNS else None


def keys_of(runs: frozenset[str]) -> Sequence[int]:
    """The BANDS keys, each 63 bits, of which alike texts share some."""
    minima = RMinHash(num_perm=BANDS * ROWS, seed=SEED)
    minima.update(sorted(runs))
    digest = minima.digest()
    return [_key(band, digest[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS)]


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard's: what both share of what either has, within 0-1."""
    return len(one & other) / len(one | other)


def index_new(*, limit: int = 2000, decided_since: datetime | None = None) -> int:
    """Index the comments that wait or were decided (since then), and are not indexed.

    Returns how many it did.
    Comments that the model published are left out: nobody decides them in piles.
    """
    unseen = ~exists().where(Pile.comment_id == Comment.id)
    waiting = select(Comment.id).where(Comment.status == Status.HELD, unseen)
    decided = select(Comment.id).join(Verdict, Verdict.comment_id == Comment.id).where(unseen)
    if decided_since is not None:
        decided = decided.where(Verdict.at >= decided_since)
    numbers = db.session.scalars(waiting.union(decided).order_by("id").limit(limit)).all()
    for number in numbers:
        _index(number)
    return len(numbers)


def piles_of(comment_ids: Collection[int]) -> Mapping[int, int]:
    """How many wait that are alike each of these comments, itself among them; only if others do."""
    lying = db.session.execute(
        select(Pile.comment_id, Pile.pile_id).where(Pile.comment_id.in_(comment_ids))
    )
    lie_on = {number: pile for number, pile in lying if pile is not None}
    if not lie_on:
        return {}
    waiting = db.session.execute(
        select(Pile.pile_id, func.count())
        .join(Comment, Comment.id == Pile.comment_id)
        .where(Pile.pile_id.in_(set(lie_on.values())), Comment.status == Status.HELD)
        .group_by(Pile.pile_id)
    )
    heights = {pile: count for pile, count in waiting}  # noqa: C416 - rows are no pairs to mypy
    return {n: heights[pile] for n, pile in lie_on.items() if heights.get(pile, 0) > 1}


def waiting_like(comment_id: int, *, limit: int) -> Sequence[int]:
    """The numbers of those that wait and lie on the comment's pile, itself first if it waits."""
    pile = select(Pile.pile_id).where(Pile.comment_id == comment_id).scalar_subquery()
    return db.session.scalars(
        select(Comment.id)
        .join(Pile, Pile.comment_id == Comment.id)
        .where(Pile.pile_id == pile, Comment.status == Status.HELD)
        .order_by(Comment.id != comment_id, Comment.id)
        .limit(limit)
    ).all()


@dataclass(frozen=True)
class Precedent:
    """An earlier decision on a similar comment."""

    comment: Comment
    similarity: float
    decided: Decided


def precedents_of(comment: Comment, *, limit: int = 2) -> Sequence[Precedent]:
    """The decisions that stand on the most similar comments, the most similar first."""
    runs = runs_of(comment.text)
    if runs is None:
        return []
    decided = db.session.execute(
        select(Comment.id, Comment.text).where(
            Comment.id.in_(_decided_like(keys_of(runs), comment.id)), Comment.status != Status.HELD
        )
    )
    alike = {n: similarity(runs, runs_of(text) or NO_RUNS) for n, text in decided}
    best = sorted((n for n in alike if alike[n] >= SIMILAR), key=lambda n: -alike[n])
    found = decided_on(best) if best else {}
    return [
        Precedent(db.session.get_one(Comment, n), alike[n], found[n])
        for n in [n for n in best if n in found][:limit]
    ]


def _index(comment_id: int) -> None:
    """Store a comment's keys, and lay it on the pile of the most similar one that has one.

    Only the storing is a writing transaction, and each comment has its own: whoever sends one
    waits for it on SQLite, which has one writer.
    """
    text = db.session.get_one(Comment, comment_id).text
    runs = runs_of(text)
    keys = set(keys_of(runs)) if runs else set()
    pile_id = _pile_for(comment_id, runs, keys) if runs else None
    with suppress(IntegrityError), writing() as session:  # another worker has just done it
        if locked(comment_id).text != text:
            return  # erased meanwhile: nothing of it may stay
        session.execute(insert(Pile), [{"comment_id": comment_id, "pile_id": pile_id}])
        if keys:
            session.execute(
                insert(NearKey), [{"key": key, "comment_id": comment_id} for key in keys]
            )


def _pile_for(comment_id: int, runs: frozenset[str], keys: Collection[int]) -> int:
    """The pile whose first comment is most like this one, if one is enough; else its own."""
    first = aliased(Comment)
    piles = (
        select(first.id, first.text)
        .join(Pile, Pile.pile_id == first.id)
        .where(Pile.comment_id.in_(_sharing(keys, comment_id)), first.id != comment_id)
        .distinct()
    )
    alike = {n: similarity(runs, runs_of(text) or NO_RUNS) for n, text in db.session.execute(piles)}
    best = max(alike, key=lambda n: alike[n], default=comment_id)
    return best if alike.get(best, 0) >= SAME else comment_id


def _sharing(keys: Collection[int], comment_id: int) -> ScalarSelect[int]:
    """The numbers of comments that share a key; of a great pile only some, for they are alike."""
    shared = select(NearKey.comment_id).where(NearKey.key.in_(keys))
    return shared.where(NearKey.comment_id != comment_id).limit(COMPARED).scalar_subquery()


def _decided_like(keys: Sequence[int], comment_id: int) -> ScalarSelect[int]:
    """The latest decided on the piles of those that share a key: few of a great pile may be."""
    sharing = _sharing(keys, comment_id)
    piles = select(Pile.pile_id).where(Pile.comment_id.in_(sharing)).distinct()
    decided = (
        select(Pile.comment_id)
        .join(Verdict, Verdict.comment_id == Pile.comment_id)
        .where(Pile.pile_id.in_(piles), Pile.comment_id != comment_id, Verdict.undone_at.is_(None))
    )
    return decided.order_by(Verdict.id.desc()).limit(COMPARED).scalar_subquery()


def _key(band: int, minima: Sequence[int]) -> int:
    digest = blake2b(repr((band, *minima)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
