"""Read and add versions of the policy."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from moderation.audit.record import SYSTEM, Actor, record
from moderation.db import db, writing
from moderation.policy.decide import Policy, Threshold
from moderation.policy.tables import PolicyVersion


class PolicyMissing(Exception):
    """No policy was ever stored: `flask prepare` has not run."""


class PolicyMoved(Exception):
    """Another version was saved after the one this change was made from."""


def current_policy() -> Policy:
    """The newest version. Raises PolicyMissing before `flask prepare`."""
    return as_policy(current_version())


def current_version() -> PolicyVersion:
    """The newest version's row: who, when and why. Raises PolicyMissing."""
    row: PolicyVersion | None = db.session.scalar(
        select(PolicyVersion).order_by(PolicyVersion.version.desc()).limit(1)
    )
    if row is None:
        raise PolicyMissing("there is no policy yet: run `flask prepare`")
    # SQLAlchemy's session forgets what nobody holds, and would ask for this version again.
    db.session.info[PolicyVersion] = row
    return row


def policy_of(version: int) -> Policy:
    """The policy with this number. Raises PolicyMissing if it was never stored."""
    row = db.session.get(PolicyVersion, version)
    if row is None:
        raise PolicyMissing(f"there is no policy {version}")
    return as_policy(row)


def as_policy(row: PolicyVersion) -> Policy:
    """The stored row as a value."""
    return Policy(row.version, {k: Threshold(**v) for k, v in row.thresholds.items()})


def save_policy(
    thresholds: Mapping[str, Threshold], by: Actor, *, after: int, note: str | None = None
) -> Policy:
    """Store `thresholds` as the version after `after`, with an audit event.

    Raises PolicyError if they cannot be a policy, PolicyMoved if `after` is not the newest
    version any more: somebody else's change would be overwritten unseen.
    """
    policy = Policy(after + 1, thresholds)
    with writing() as session:
        newest = session.scalar(select(func.max(PolicyVersion.version))) or 0
        if newest != after:
            raise PolicyMoved(f"policy {newest} was saved meanwhile")
        session.add(
            PolicyVersion(
                version=policy.version,
                thresholds={label: asdict(limit) for label, limit in thresholds.items()},
                note=note,
                created_by=by.name,
            )
        )
        try:
            session.flush()
        except IntegrityError:  # PostgreSQL lets two in at once; the number is taken
            raise PolicyMoved(f"policy {policy.version} was saved meanwhile") from None
        record(
            "policy.changed",
            by,
            ("policy", policy.version),
            before=str(after) if after else None,
            after=str(policy.version),
            policy_version=policy.version,
            note=note,
        )
    return policy


def ensure_first_policy(review: Mapping[str, float], model_version: str) -> None:
    """Store policy 1 from the artefact's validated thresholds, if there is none."""
    with suppress(PolicyMoved):  # there is one, or a machine that started with us was first
        save_policy(
            {label: Threshold(value) for label, value in review.items()},
            SYSTEM,
            after=0,
            note=f"defaults of model {model_version}, from its validation curves",
        )
