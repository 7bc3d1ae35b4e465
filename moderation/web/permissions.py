"""What a signed-in person may do, and which role may do it."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """One role for each person."""

    VIEWER = "viewer"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Permission(StrEnum):
    """Every permission there is. A route declares exactly one, or that it is public."""

    READ_QUEUE = "queue:read"  # see held comments, their scores and their authors
    REVIEW_COMMENT = "comment:review"  # approve, reject, remove, restore
    DECIDE_ESCALATED = "comment:decide-escalated"  # what a moderator left to an admin
    VIEW_AUDIT = "audit:view"  # read the trail of decisions and changes
    EDIT_POLICY = "policy:edit"  # set thresholds
    MANAGE_QUALITY = "quality:manage"  # golden items, everybody's figures, every disagreement
    MANAGE_USERS = "user:manage"  # invite, disable, change roles, make reset links
    OWN_ACCOUNT = "account:own"  # one's own name, password and sign-out


_VIEWER = frozenset({Permission.READ_QUEUE, Permission.OWN_ACCOUNT})
_MODERATOR = _VIEWER | {Permission.REVIEW_COMMENT, Permission.VIEW_AUDIT}
_ADMIN = _MODERATOR | {
    Permission.DECIDE_ESCALATED,
    Permission.EDIT_POLICY,
    Permission.MANAGE_QUALITY,
    Permission.MANAGE_USERS,
}

GRANTED: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.MODERATOR: _MODERATOR,
    Role.ADMIN: _ADMIN,
}


def allows(role: Role | None, permission: Permission) -> bool:
    """Whether `role` holds `permission`; nobody signed in (None) holds none."""
    return role is not None and permission in GRANTED[role]
