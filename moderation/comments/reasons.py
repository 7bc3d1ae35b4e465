"""Tell the author where the comment stands and why, in plain words.

Never a score or a threshold: who knows how much was too much writes just below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from moderation.audit.tables import Event
from moderation.comments.tables import AuthorRule, Comment, HoldReason, Status
from moderation.db import db
from moderation.policy.decide import decide
from moderation.policy.versions import policy_of

# The two vaguest last: they are only named where nothing plainer can be.
PLAIN_WORDS = {
    "threat": "threatening",
    "identity_hate": "hateful towards a group of people",
    "insult": "insulting",
    "obscene": "obscene",
    "severe_toxic": "very hostile",
    "toxic": "rude or hurtful",
}
VAGUE = ("severe_toxic", "toxic")

WAITING = {
    HoldReason.UNSCORED: "until it has been read. A program reads new comments first, and a"
    " moderator where that fails: look at this page again in a few minutes.",
    HoldReason.UNREADABLE: "because the program that reads new comments could not make sense of"
    " it. It may be in a language that the program does not know; people read those.",
    HoldReason.LANGUAGE: "because the program that reads new comments knows English only, and this"
    " seems to be in another language. A person will read it.",
    HoldReason.QUARANTINED: "because the program that reads new comments failed on it. A person"
    " will read it instead.",
    HoldReason.AUTHOR: "because a moderator asked to see your comments before they appear. They are"
    " read one by one.",
}


@dataclass(frozen=True)
class Standing:
    """Where a comment stands: a heading and a sentence or two."""

    title: str
    reason: str


def standing(comment: Comment) -> Standing:
    """Where `comment` stands and why, for its author."""
    if comment.status == Status.PUBLISHED:
        return Standing("Your comment is published", "Everybody can read it on its page.")
    if comment.status == Status.REMOVED:
        return Standing(
            "Your comment was removed",
            "It was published, and a moderator took it off the page later.",
        )
    if comment.status == Status.REJECTED:
        return Standing("Your comment was not published", _why_rejected(comment))
    return Standing("Your comment is waiting for a moderator", _why_held(comment))


def why_muted(rule: AuthorRule) -> str:
    """What an author reads who may not send for now: until when, and why."""
    return (
        f"You cannot comment here until {rule.until:%d %B %Y, %H:%M} UTC. The moderators gave this"
        f" reason: “{rule.reason}” Nothing was sent; your text is still below."
    )


def in_plain_words(labels: Sequence[str]) -> str:
    """The classes as an author understands them: 'insulting or threatening'."""
    plain = [label for label in labels if label not in VAGUE] or list(labels)
    words = [PLAIN_WORDS[label] for label in PLAIN_WORDS if label in plain]
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _why_held(comment: Comment) -> str:
    reason = WAITING.get(comment.hold_reason) if comment.hold_reason else None
    if reason is None:
        reason = (
            f"because it may be {_crossed(comment)}. That is only a program's guess: a person"
            " will read it and decide."
        )
    return f"It is held {reason}"


def _why_rejected(comment: Comment) -> str:
    if _decided_by_a_person(comment):
        return "A moderator read it and decided not to publish this comment."
    return (
        "The program that reads new comments took it to be"
        f" {_crossed(comment)}, so surely that no person had to read it first. We are sorry if it"
        " is mistaken: say the same thing in other words, and it may well pass."
    )


def _crossed(comment: Comment) -> str:
    """What the policy of that day found, in words."""
    if comment.scores is None or comment.policy_version is None:
        return PLAIN_WORDS["toxic"]
    found = decide(comment.scores, policy_of(comment.policy_version)).crossed
    return in_plain_words([crossing.label for crossing in found])


def _decided_by_a_person(comment: Comment) -> bool:
    """Whether somebody, and not the policy alone, brought the comment to its status."""
    latest = db.session.execute(
        select(Event.actor_id)
        .where(
            Event.subject_type == "comment",
            Event.subject_id == str(comment.id),
            Event.action == "comment.status",
        )
        .order_by(Event.id.desc())
        .limit(1)
    ).first()
    return latest is not None and latest.actor_id is not None
