"""The policy's versions as a history: who changed what, when, and from which value to which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from moderation.db import db
from moderation.policy.decide import Policy
from moderation.policy.tables import PolicyVersion
from moderation.policy.versions import as_policy
from moderation.scoring.labels import LABELS
from moderation.web.pagination import Page, page_of

SIZE = 20


@dataclass(frozen=True)
class Change:
    """One threshold that differs between two policies; None means that it is off."""

    label: str
    part: str  # "review" or "auto_reject"
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Version:
    """One version with what it changed; nothing in the first, which had none before it."""

    row: PolicyVersion
    changes: Sequence[Change]


def changes(before: Policy, after: Policy) -> list[Change]:
    """What differs between two policies, label by label."""
    return [
        Change(label, part, old, new)
        for label in LABELS
        for part in ("review", "auto_reject")
        if (old := getattr(before.thresholds[label], part))
        != (new := getattr(after.thresholds[label], part))
    ]


def history(after: str | None = None, before: str | None = None) -> Page[Version]:
    """A page of versions, newest first. Raises BadCursor for a cursor that is not ours."""
    page = page_of(
        select(PolicyVersion),
        [PolicyVersion.version],
        descending=True,
        after=after,
        before=before,
        size=SIZE,
    )
    return replace(page, rows=[described(row) for row in page.rows])


def described(row: PolicyVersion) -> Version:
    """A version with its changes from the one before it."""
    previous = db.session.get(PolicyVersion, row.version - 1)
    return Version(row, changes(as_policy(previous), as_policy(row)) if previous else ())
