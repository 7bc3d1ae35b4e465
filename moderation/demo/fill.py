"""Fill an empty database with a believable site, by the ways that a real one fills.

Every comment goes through `submit` and every decision through `decide`, in the order of
their moments, so that statuses, scores and the audit trail are what they would have been. It is
one transaction: a fill that is interrupted leaves the database as empty as it was.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from math import log
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import or_, select

from moderation.accounts.passwords import hashed
from moderation.accounts.tables import User
from moderation.audit.record import SYSTEM, Actor, record
from moderation.comments.submit import Draft, submit
from moderation.comments.tables import Comment, Status
from moderation.db import db, now, writing
from moderation.demo.passwords import PEOPLE, Login, new_password
from moderation.policy.decide import decide
from moderation.policy.versions import current_policy
from moderation.quality.tables import Look, LookKind
from moderation.review.decide import Judgement
from moderation.review.decide import decide as decide_by_hand
from moderation.review.guidelines import guidelines, start_with_some
from moderation.review.near import index_new
from moderation.review.tables import Verdict
from moderation.scoring.scorer import Scorer
from moderation.web.permissions import Role

COMMENTS = Path(__file__).with_name("comments.jsonl")
# The same story at every fill; only the passwords differ.
SEED = 20
# Much more than on a real site, for there are few comments to look at.
LOOKED_AT = 0.3

# What a moderator may write beside a decision, by the class that was crossed furthest.
REJECTION_NOTES = {
    "toxic": ["Nothing in it but spite.", "Goes for the person, not the argument."],
    "severe_toxic": ["Vile from start to end.", "No. Watch this author."],
    "obscene": ["Rule 1: nothing you would not say at the post office counter."],
    "threat": ["A threat. Kept for the police, should they ask.", "Threatens people: out."],
    "insult": ["Personal insult.", "Name-calling, third time this week.", "Insults a neighbour."],
    "identity_hate": ["Contempt for where people come from.", "Against a whole group of people."],
}
APPROVAL_NOTES = [
    "Rough words, kind meaning.",
    "Quotes the insult, does not make it.",
    "Harmless: the model takes the word out of its sentence.",
    "Strong opinion, no person attacked.",
]
# Which of the site's first guidelines a rejection names, by the class; of all others the first.
GUIDELINE_OF = {"threat": 1, "identity_hate": 1}
REMOVAL_NOTES = ["Reported by a reader.", "Mild words, nasty meaning: it slipped through."]

# (status after scoring, verdict of the story) → where a moderator sends it.
ENDINGS = {
    (Status.HELD, "approve"): Status.PUBLISHED,
    (Status.HELD, "reject"): Status.REJECTED,
    (Status.PUBLISHED, "reject"): Status.REMOVED,
}


@dataclass(frozen=True)
class _Decision:
    comment_id: int
    seen: Status
    to: Status
    by: Actor
    note: str | None
    guideline_id: int | None


def is_empty() -> bool:
    """Whether nobody has used this database: no comment and no person in it."""
    return not any(db.session.scalar(select(t.id).limit(1)) for t in (Comment, User))


def lines() -> Sequence[dict[str, Any]]:
    """The demo's comments, oldest first."""
    with COMMENTS.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def fill(scorer: Scorer, *, advance: Callable[[], object] = lambda: None) -> Sequence[Login]:
    """Fill an empty database; `advance` is called for each comment. Returns who may sign in.

    A database that is not empty gets nothing, and the answer is empty too. Raises PolicyMissing
    before `flask prepare`.
    """
    logins = [Login(*person, password=new_password()) for person in PEOPLE]
    hashes = [hashed(login.password) for login in logins]
    story, today, random = lines(), now(), Random(SEED)  # noqa: S311 - a story, not a secret
    with writing():
        if not is_empty():
            return []
        begin = today - timedelta(hours=max(line["hours_ago"] for line in story) + 24)
        moderators = _people(logins, hashes, begin)
        start_with_some(SYSTEM, at=begin)
        # What happens next, by its moment; the number keeps equal moments in order.
        number = count()
        todo: list[tuple[datetime, int, dict[str, Any] | _Decision]] = [
            (today - timedelta(hours=line["hours_ago"]), next(number), line) for line in story
        ]
        heapq.heapify(todo)
        while todo:
            at, _, what = heapq.heappop(todo)
            if isinstance(what, _Decision):
                judgement = Judgement(what.to, note=what.note, guideline_id=what.guideline_id)
                decide_by_hand(what.comment_id, judgement, what.by, seen=what.seen, at=at)
                continue
            comment = submit(_draft(what), scorer, at=at)
            advance()
            decision = _decision(comment, what["verdict"], random.choice(moderators), random)
            decided_at = at + timedelta(hours=_delay(random))
            if decision and decided_at < today:
                heapq.heappush(todo, (decided_at, next(number), decision))
        _look_again(moderators, random, today)
    index_new()
    return logins


def _look_again(moderators: Sequence[Actor], random: Random, today: datetime) -> None:
    """Blind looks, as they may turn out: at decisions, and at what the model let pass."""

    def look(kind: LookKind, comment: Comment, by: Actor, at: datetime, **values: Any) -> None:
        answered = min(at + timedelta(hours=3), today)
        times = {"taken_at": at, "answered_at": answered}
        db.session.add(
            Look(
                kind=kind, comment_id=comment.id, chance=LOOKED_AT, user_id=by.id, **times, **values
            )
        )

    decided = select(Verdict, Comment).join(Comment, Comment.id == Verdict.comment_id)
    for verdict, comment in db.session.execute(decided.order_by(Verdict.id)).all():
        if random.random() < LOOKED_AT:
            other = next(one for one in moderators if one.id != verdict.user_id)
            differs = comment.urgency < 0.8 and random.random() < 0.3
            reject = (verdict.to_status != Status.PUBLISHED) != differs
            of_verdict = {"verdict_id": verdict.id, "reject": reject, "disputed": differs}
            look(LookKind.SECOND, comment, other, verdict.at, **of_verdict)
    passed = select(Comment).where(
        or_(
            Comment.status == Status.REMOVED,
            (Comment.status == Status.PUBLISHED) & ~Comment.published_by_hand,
        )
    )
    for comment in db.session.scalars(passed.order_by(Comment.id)).all():
        if random.random() < LOOKED_AT:
            missed = comment.status == Status.REMOVED
            look(
                LookKind.SAMPLE, comment, random.choice(moderators), comment.created_at,
                reject=missed, disputed=missed, settled_at=today if missed else None,
            )  # fmt: skip


def _people(logins: Sequence[Login], hashes: Sequence[str], at: datetime) -> list[Actor]:
    """Store the people; the moderators, as the audit trail names them."""
    moderators = []
    for login, password_hash in zip(logins, hashes, strict=True):
        user = User(
            email=login.email,
            display_name=login.name,
            role=login.role,
            password=password_hash,
            created_at=at,
        )
        db.session.add(user)
        db.session.flush()
        record("user.invited", SYSTEM, ("user", user.id), after=login.role, note=login.name, at=at)
        if login.role is Role.MODERATOR:
            moderators.append(user.actor)
    return moderators


def _draft(line: dict[str, Any]) -> Draft:
    return Draft(line["page"], line["author"], line["text"], line.get("email"))


def _decision(comment: Comment, verdict: str | None, by: Actor, random: Random) -> _Decision | None:
    """What a moderator makes of a comment; None where nobody has anything to decide yet."""
    to = ENDINGS.get((comment.status, verdict or ""))
    if to is None:
        return None
    note = _note(comment, to, random)
    return _Decision(comment.id, comment.status, to, by, note, _guideline(comment, to))


def _note(comment: Comment, to: Status, random: Random) -> str | None:
    """Most decisions need no words."""
    if to is Status.REMOVED:
        return random.choice(REMOVAL_NOTES)
    if to is Status.PUBLISHED:
        return random.choice(APPROVAL_NOTES) if random.random() < 0.15 else None
    crossed = decide(comment.scores, current_policy()).crossed if comment.scores else ()
    if crossed and random.random() < 0.3:
        return random.choice(REJECTION_NOTES[crossed[0].label])
    return None


def _guideline(comment: Comment, to: Status) -> int | None:
    """The reason that its author reads, where it is turned down."""
    if to is Status.PUBLISHED:
        return None
    worst = max(comment.scores or {}, key=lambda label: getattr(comment, label), default="toxic")
    return guidelines()[GUIDELINE_OF.get(worst, 0)].id


def _delay(random: Random) -> float:
    """Hours until a moderator comes by: mostly one or two, some minutes at times, a day at most."""
    return min(max(random.lognormvariate(log(1.5), 0.9), 0.1), 24)
