"""Comments with known scores, straight into the database; the spine has tests of its own."""

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import insert

from moderation.audit.record import Actor
from moderation.comments.status import change_status, locked
from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import now, writing
from moderation.scoring.labels import LABELS

_number = count()


def scored_row(days_ago=1.0, status=Status.PUBLISHED, **high):
    """The values of a scored comment: 0 for every class that is not named."""
    n = next(_number)
    scores = {**dict.fromkeys(LABELS, 0.0), **high}
    at = now() - timedelta(days=days_ago)
    return {
        "page": "home",
        "author_name": f"Author {n}",
        "author_key": f"name:author {n}",
        "text": f"comment {n}",
        "created_at": at,
        "status_changed_at": at,
        "status_token": f"token-{n}",
        "status": status,
        "hold_reason": HoldReason.SCORE if status is Status.HELD else None,
        "published_by_hand": False,
        "tries": 1,
        "urgency": max(scores.values()),
        "scored_at": at,
        "model_version": "fixed.1",
        "policy_version": 1,
        **scores,
    }


@pytest.fixture
def scored(app):
    """Store a scored comment; `decided` is where Mona then sends it."""

    def store(decided=None, text=None, **values):
        row = scored_row(**values)
        if text is not None:
            row["text"] = text
        with writing() as session:
            number = session.scalar(
                insert(Comment.__table__).values(**row).returning(Comment.__table__.c.id)
            )
            if decided is not None:
                change_status(locked(number), decided, Actor(1, "Mona"))
        return number

    return store
