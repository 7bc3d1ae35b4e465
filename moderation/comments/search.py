"""Full-text search: FTS5 on SQLite, a GIN index over tsvector on PostgreSQL. Migration 0003.

What is searched for is a few words: all must be there. "a phrase" stands together, word* begins
a word, -word must be absent. Anything may be typed: what is no word is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, column, exists, false, func, not_, select, table
from sqlalchemy import text as sql

from moderation.comments.tables import Comment
from moderation.db import db

_TERM = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
_WORD = re.compile(r"[^\W_]+")
MOST_TERMS = 20

# More matches than this, and the order's own index is walked until enough of them are met.
COMMON = 20_000

_INDEX = table("comments_text", column("rowid"), column("comments_text"))


class Part(StrEnum):
    """Which part of a comment is searched; the column's name in the index of SQLite."""

    TEXT = "text"
    AUTHOR = "author_name"


@dataclass(frozen=True)
class Term:
    """Words that stand together; the last may be only the beginning of one."""

    words: tuple[str, ...]
    absent: bool = False
    begins: bool = False


def terms_of(typed: str) -> Sequence[Term]:
    """What was typed, as terms; those without a letter or a digit are left out."""
    found = []
    for sign, phrase, word in _TERM.findall(typed):
        words = tuple(_WORD.findall(phrase or word))
        if words:
            found.append(Term(words, absent=bool(sign), begins=word.endswith("*")))
    return found[:MOST_TERMS]


def matching(typed: str, part: Part) -> ColumnElement[bool]:
    """The condition that a comment's text, or its author's name, matches what was typed.

    Of a name the beginnings of its words are enough. Nothing matches where no word is asked for.
    """
    terms = terms_of(typed)
    if part is Part.AUTHOR:
        terms = [replace(term, begins=True) for term in terms]
    if all(term.absent for term in terms):
        return false()
    if db.engine.dialect.name == "sqlite":
        return _in_fts5(_fts5(terms, part))
    return _in_tsvector(terms, part)


def _fts5(terms: Iterable[Term], part: Part) -> str:
    """The terms in FTS5's own language; every word is quoted, so that none is an operator."""

    def spelled(term: Term) -> str:
        return '"' + " ".join(term.words) + '"' + ("*" if term.begins else "")

    wanted = " AND ".join(spelled(term) for term in terms if not term.absent)
    unwanted = "".join(f" NOT {spelled(term)}" for term in terms if term.absent)
    return f"{{{part}}} : ({wanted}{unwanted})"


def _in_fts5(query: str) -> ColumnElement[bool]:
    found = select(_INDEX.c.rowid).where(_INDEX.c.comments_text.op("MATCH")(query))
    if _is_common(found):
        # Asked for one comment after the other, in the order of the view, until a page is full.
        return exists(found.where(_INDEX.c.rowid == Comment.id))
    return Comment.id.in_(found)


def _is_common(found: Select[tuple[int]]) -> bool:
    some = found.limit(COMMON + 1).subquery()
    return (db.session.scalar(select(func.count()).select_from(some)) or 0) > COMMON


def _in_tsvector(terms: Iterable[Term], part: Part) -> ColumnElement[bool]:
    # Spelled as in the index, or PostgreSQL would not use it.
    words: ColumnElement[str] = func.to_tsvector(sql("'simple'"), getattr(Comment, part))

    def holds(term: Term) -> ColumnElement[bool]:
        spelled = " <-> ".join(f"'{word}'" for word in term.words) + (":*" if term.begins else "")
        return words.bool_op("@@")(func.to_tsquery(sql("'simple'"), spelled.lower()))

    return and_(*(not_(holds(term)) if term.absent else holds(term) for term in terms))
