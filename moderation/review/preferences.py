"""How one person wants the desk: keys, masked text, breaks, classes left out, a morning mail.

All of it is off until they turn it on. Nobody else sees what they chose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any

from moderation.comments.tables import Comment
from moderation.db import db, writing
from moderation.review.tables import Preferences
from moderation.scoring.labels import LABELS

# From here on a comment counts as severe: the darkest step of the scale that the desk draws.
SEVERE = 0.9
MOST_IN_A_ROW = 100
LONGEST_MINUTES = 480


class Masking(StrEnum):
    """Whose text is blurred until one asks for it. Without scores a comment counts as severe."""

    OFF = "off"
    SEVERE = "severe"
    ALL = "all"


@dataclass(frozen=True)
class Act:
    """Something that a key does: the key as shipped, and what it does in words."""

    key: str
    words: str


# Digits are not in it: 1 to 6 tick the six classes, in the order of the page.
ACTS: Mapping[str, Act] = {
    "next": Act("j", "next comment in the list"),
    "previous": Act("k", "previous comment"),
    "approve": Act("a", "approve, keep, or put back what was rejected or removed"),
    "reject": Act("r", "reject, or remove what is published"),
    "escalate": Act("e", "leave it to an admin"),
    "reason": Act("g", "give the next reason, which the author reads if you reject"),
    "skip": Act("s", "skip: go on without deciding"),
    "undo": Act("u", "undo your last action"),
    "select": Act("x", "tick it, to decide many at once"),
    "note": Act("n", "write a note"),
    "reveal": Act("v", "show masked text; held down, only as long"),
    "search": Act("/", "search the text"),
    "keys": Act("?", "show the keys"),
}
SHIPPED: Mapping[str, str] = {name: act.key for name, act in ACTS.items()}


class KeyProblem(ValueError):
    """Keys that cannot be: `name` is the action whose key it is, the message says why."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True)
class DeskPreferences:
    """One person's choices. The defaults are those of somebody who never chose."""

    keys: Mapping[str, str] = field(default_factory=lambda: dict(SHIPPED))
    masking: Masking = Masking.OFF
    left_out: tuple[str, ...] = ()
    severe_in_row: int = 0  # so many severe comments in a row, then an offer; 0: never
    break_minutes: int = 0  # so many minutes, then a word about a break; 0: never
    counter: bool = False
    digest: bool = False  # a mail each morning with what waits

    def masks(self, comment: Comment) -> bool:
        """Whether the comment's text is blurred for this person."""
        return self.masking is Masking.ALL or (
            self.masking is Masking.SEVERE and is_severe(comment)
        )

    @property
    def keymap(self) -> dict[str, str]:
        """From the key that this person presses to the key as shipped, which pages carry."""
        return {self.keys[name]: act.key for name, act in ACTS.items()}


def is_severe(comment: Comment) -> bool:
    """Whether it may weigh on who reads it. One without scores has the highest urgency."""
    return comment.urgency > SEVERE


def check_keys(keys: Mapping[str, str]) -> None:
    """Raise KeyProblem unless each action has a key of its own that can be pressed."""
    taken: dict[str, str] = {}
    for name in ACTS:
        key = keys[name]
        if len(key) != 1 or not key.isprintable() or key.isspace():
            raise KeyProblem(name, "One letter or sign.")
        if key.isdigit():
            raise KeyProblem(name, "The digits tick the six classes.")
        if key != key.lower():
            raise KeyProblem(name, "A small letter: keys act without Shift.")
        if key in taken:
            other = ACTS[taken[key]].words
            raise KeyProblem(name, f"“{key}” is already the key for: {other}.")
        taken[key] = name


def preferences_of(user_id: int) -> DeskPreferences:
    """What this person chose. What is stored and makes no sense any more counts as not chosen."""
    row = db.session.get(Preferences, user_id)
    return _read({} if row is None else row.chosen)


def save_preferences(user_id: int, chosen: DeskPreferences) -> None:
    """Keep them, in place of those before. Raises KeyProblem."""
    check_keys(chosen.keys)
    with writing() as session:
        row = session.get(Preferences, user_id) or Preferences(user_id=user_id)
        row.chosen = {**asdict(chosen), "left_out": list(chosen.left_out)}
        session.add(row)


def _read(stored: Mapping[str, Any]) -> DeskPreferences:
    known = {f.name: stored[f.name] for f in fields(DeskPreferences) if f.name in stored}
    keys = {**SHIPPED, **{k: v for k, v in known.get("keys", {}).items() if k in ACTS}}
    try:
        check_keys(keys)
    except KeyProblem:  # a later version brought an action whose key they had given away
        keys = dict(SHIPPED)
    known["keys"] = keys
    known["masking"] = Masking(known.get("masking", Masking.OFF))
    known["left_out"] = tuple(label for label in LABELS if label in known.get("left_out", ()))
    return DeskPreferences(**known)
