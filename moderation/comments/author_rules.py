"""Rules about one author: muted, or everything seen first. Always with a reason and an end.

An author is told: the form says why nothing can be sent and until when. There are no shadow bans.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from moderation.audit.record import Actor, record
from moderation.comments.tables import AuthorRule, RuleKind
from moderation.db import db, now, writing

LONGEST = timedelta(days=365)


class Muted(Exception):
    """This author may not send for now."""

    def __init__(self, rule: AuthorRule) -> None:
        super().__init__(f"muted until {rule.until:%Y-%m-%d %H:%M} UTC")
        self.rule = rule


def rule_in_force(
    author_key: str, kind: RuleKind, *, at: datetime | None = None
) -> AuthorRule | None:
    """The rule of this kind that binds the author now, the one that ends last; or None."""
    found: AuthorRule | None = db.session.scalar(
        select(AuthorRule)
        .where(
            AuthorRule.author_key == author_key,
            AuthorRule.kind == kind,
            AuthorRule.until > (at or now()),
            AuthorRule.ended_at.is_(None),
        )
        .order_by(AuthorRule.until.desc(), AuthorRule.id.desc())
        .limit(1)
    )
    return found


def rules_about(author_key: str) -> Sequence[AuthorRule]:
    """Every rule there ever was about the author, the latest first."""
    return db.session.scalars(
        select(AuthorRule).where(AuthorRule.author_key == author_key).order_by(AuthorRule.id.desc())
    ).all()


def make_rule(
    author_key: str, kind: RuleKind, *, reason: str, until: datetime, by: Actor, about: int
) -> AuthorRule:
    """Bind an author from now until `until`; `about` is one of their comments, for the trail.

    A rule of the same kind that is in force ends. Raises ValueError for an end that has passed
    or lies further away than LONGEST.
    """
    if not now() < until <= now() + LONGEST:
        raise ValueError(f"a rule must end within the next {LONGEST.days} days")
    with writing() as session:
        _end_all(author_key, kind)
        rule = AuthorRule(
            author_key=author_key, kind=kind, reason=reason, until=until, made_by=by.name
        )
        session.add(rule)
        record(
            f"author.{RULE_MADE[kind]}",
            by,
            ("comment", about),
            after=f"until {until:%Y-%m-%d %H:%M} UTC",
            note=reason,
        )
    return rule


def end_rule(rule_id: int, *, by: Actor, about: int) -> bool:
    """End a rule before its time; False if it had ended. Raises LookupError if there is none."""
    with writing() as session:
        rule = session.get(AuthorRule, rule_id, with_for_update=True)
        if rule is None:
            raise LookupError(f"there is no rule {rule_id}")
        if not is_in_force(rule):
            return False
        rule.ended_at = now()
        record(f"author.{RULE_ENDED[RuleKind(rule.kind)]}", by, ("comment", about))
        return True


def is_in_force(rule: AuthorRule) -> bool:
    """Whether the rule binds now."""
    return rule.ended_at is None and rule.until > now()


RULE_MADE = {RuleKind.MUTED: "muted", RuleKind.REVIEW: "put_under_review"}
RULE_ENDED = {RuleKind.MUTED: "unmuted", RuleKind.REVIEW: "freed_from_review"}


def _end_all(author_key: str, kind: RuleKind) -> None:
    while (rule := rule_in_force(author_key, kind)) is not None:
        rule.ended_at = now()
        db.session.flush()
