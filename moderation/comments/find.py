"""Find comments for those who read them in public."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

from sqlalchemy import Select, func, select, tuple_

from moderation.comments.tables import Comment, Status
from moderation.db import db
from moderation.web.pagination import Page, encode, page_of

# Oldest first: people answer each other, and a discussion reads from the top.
ORDER = (Comment.created_at, Comment.id)
PAGE_SIZE = 50
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,43}")


def published_on(
    page: str, *, after: str | None = None, before: str | None = None
) -> Page[Comment]:
    """The published comments of a page, oldest first. Raises BadCursor."""
    found = page_of(
        _published(page), ORDER, descending=False, after=after, before=before, size=PAGE_SIZE
    )
    # `cursor_at` may have made `before`: then nothing need follow.
    if before is not None and found.rows and not _any_after(page, found.rows[-1]):
        return replace(found, next=None)
    return found


def count_published_on(page: str) -> int:
    """How many comments a page shows in all."""
    count: int | None = db.session.scalar(
        select(func.count()).where(Comment.page == page, Comment.status == Status.PUBLISHED)
    )
    return count or 0


def newest_on(page: str) -> Comment | None:
    """The last comment that a page shows, or None."""
    return db.session.scalars(
        _published(page).order_by(*(column.desc() for column in ORDER)).limit(1)
    ).first()


def cursor_at(comment: Comment) -> str | None:
    """The `before` cursor of a page that ends with this comment; None: the first page has it."""
    earlier = db.session.scalar(
        select(func.count()).select_from(
            _published(comment.page)
            .with_only_columns(Comment.id)
            .where(tuple_(*ORDER) < tuple_(comment.created_at, comment.id))
            .limit(PAGE_SIZE)
            .subquery()
        )
    )
    if earlier is None or earlier < PAGE_SIZE:
        return None
    just_after = SimpleNamespace(created_at=comment.created_at, id=comment.id + 1)
    return encode(just_after, ORDER)


def comment_by_token(token: str) -> Comment | None:
    """The comment that a private status link names, or None."""
    if not _TOKEN.fullmatch(token):
        return None
    found: Comment | None = db.session.scalar(select(Comment).where(Comment.status_token == token))
    return found


def _published(page: str) -> Select[Comment]:
    return select(Comment).where(Comment.page == page, Comment.status == Status.PUBLISHED)


def _any_after(page: str, comment: Comment) -> bool:
    later = (
        _published(page)
        .with_only_columns(Comment.id)
        .where(tuple_(*ORDER) > tuple_(comment.created_at, comment.id))
    )
    return db.session.scalar(later.limit(1)) is not None
