"""What the database holds against what the authors were told."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from benchmarks.soak.load import Told

BEGINNING = "held (unscored)"


def differences(database: Path, told: Told) -> list[str]:
    """Everything that is not as it must be, in words; empty if all is well."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return [
            *_integrity(connection),
            *_against_what_was_told(connection, told),
            *_published_unscored(connection),
            *_broken_trails(connection),
        ]


def unscored(database: Path) -> int:
    """How many comments still wait for a score."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        query = "SELECT count(*) FROM comments WHERE hold_reason = 'unscored'"
        return int(connection.execute(query).fetchone()[0])


def _integrity(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    loose = connection.execute("PRAGMA foreign_key_check").fetchall()
    return [f"integrity: {found}"] * (found != "ok") + [f"foreign keys: {loose}"] * bool(loose)


def _against_what_was_told(connection: sqlite3.Connection, told: Told) -> list[str]:
    stored: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, text, token in connection.execute("SELECT id, text, status_token FROM comments"):
        stored[text.rsplit(" ", 1)[-1]].append((number, token))
    wrong = []
    for mark, where in told.acknowledged.items():
        if len(stored[mark]) != 1:
            wrong.append(f"{mark} was acknowledged and is there {len(stored[mark])} times")
            continue
        number, token = stored[mark][0]
        if not where.endswith((f"/c/{token}", f"#comment-{number}")):
            wrong.append(f"{mark} was acknowledged with another's address")
    twice = [mark for mark in told.unanswered if len(stored[mark]) > 1]
    return wrong + [f"{mark} was not answered and is there twice" for mark in twice]


def _published_unscored(connection: sqlite3.Connection) -> list[str]:
    query = (
        "SELECT id FROM comments WHERE toxic IS NULL AND status = 'published'"
        " AND NOT published_by_hand"
    )
    return [f"comment {number} is published unscored" for (number,) in connection.execute(query)]


def _broken_trails(connection: sqlite3.Connection) -> list[str]:
    """Each trail begins unscored, goes on where it was, and ends where the comment stands."""
    last: dict[int, str] = defaultdict(lambda: BEGINNING)
    wrong = []
    query = (
        "SELECT subject_id, before, after FROM audit_events"
        " WHERE action = 'comment.status' ORDER BY id"
    )
    for number, before, after in connection.execute(query):
        if last[int(number)] != before:
            wrong.append(f"the trail of comment {number} has a gap before {after}")
        last[int(number)] = after
    for number, status, reason in connection.execute(
        "SELECT id, status, hold_reason FROM comments"
    ):
        stands = f"{status} ({reason})" if reason else status
        if last[number] != stands:
            wrong.append(f"comment {number} is {stands}, its trail says {last[number]}")
    return wrong
