"""Wrong passwords, counted for each account in the database.

A try is reserved before the password is looked at and given back when it was right, in one
statement that locks the account's row: however many workers and machines ask at once, no more
than the allowed number of passwords is ever compared. An address that nobody has is counted
the same way, so that the answer does not tell who has an account.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from moderation.accounts.tables import SignInTries
from moderation.db import db, now, writing

INSERT: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
PRUNED_AT_ONCE = 1000


class MustWait(Exception):
    """Too many wrong passwords for this account; `seconds` until it may try again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


def reserve_try(email: str, *, tries: int, wait: int) -> int:
    """Count one try at an account's password, and return how many in a row that makes.

    The count is forgotten `wait` seconds after the last try that was let through. Raises
    MustWait, and counts nothing, once `tries` of them were wrong.
    """
    account, at = _account(email), now()
    forgotten = at - timedelta(seconds=wait)
    # One far in the future was counted before the clock was put back: nobody waits for that.
    stale = ~SignInTries.last_at.between(forgotten, at + timedelta(seconds=wait))
    count = (
        INSERT[db.engine.dialect.name](SignInTries)
        .values(account=account, tries=1, last_at=at)
        .on_conflict_do_update(
            index_elements=[SignInTries.account],
            set_={"tries": case((stale, 1), else_=SignInTries.tries + 1), "last_at": at},
            where=or_(stale, SignInTries.tries < tries),
        )
        .returning(SignInTries.tries)
    )
    with writing() as session:
        _prune(session, forgotten)
        taken = session.scalar(count)
        if taken is not None:
            return int(taken)
        last = session.scalars(select(SignInTries.last_at).filter_by(account=account)).one()
    raise MustWait(max(1, math.ceil(wait - (at - last).total_seconds())))


def forgive(email: str) -> None:
    """Forget the tries of an account, inside `writing()`: its password was right, or is new."""
    db.session.execute(delete(SignInTries).where(SignInTries.account == _account(email)))


def _prune(session: Session, forgotten: datetime) -> None:
    """Delete what is forgotten, but for rows that somebody else holds just now."""
    old = (
        select(SignInTries.account)
        .where(SignInTries.last_at <= forgotten)
        .limit(PRUNED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    session.execute(
        delete(SignInTries).where(SignInTries.account.in_(old)),
        execution_options={"synchronize_session": False},
    )


def _account(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()
