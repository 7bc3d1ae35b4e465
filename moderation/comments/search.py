"""Full-text search: FTS5 on SQLite, a GIN index over tsvector on PostgreSQL. Migration 0003.

What is searched for is a few words: all must be there. "a phrase" stands together, word* begins
a word, -word must be absent. Anything may be typed: what is no word is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    any_,
    cast,
    column,
    exists,
    func,
    literal,
    select,
    table,
)
from sqlalchemy import text as sql

from moderation.comments.tables import Comment
from moderation.db import BigId, db

_TERM = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
_WORD = re.compile(r"[^\W_]+")
MOST_TERMS = 20

# More matches than this, and the order's own index is walked until enough of them are met.
COMMON = 30_000
# Of a phrase's words: more than one comment in so many.
PHRASE_SHARE = 30
# Where PostgreSQL has to read text after text, it may do so for this long. A phrase of common
# words that stand together nowhere would else be looked for in every comment there is.
LONGEST_MS = 3000

# One look by number instead of a plan that names all comments.
_NO_COMMENT = Comment.id == 0
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
        return _NO_COMMENT
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
    numbers = db.session.scalars(found.limit(COMMON + 1)).all()
    if not numbers:
        return _NO_COMMENT
    if len(numbers) > COMMON:
        # Asked for one comment after the other, in the order of the view, until a page is full.
        return exists(found.where(_INDEX.c.rowid == Comment.id))
    # As one value: it is looked up here once, however many questions the page asks.
    listed = func.json_each(json.dumps(list(numbers))).table_valued("value")
    return Comment.id.in_(select(listed.c.value))


def _in_tsvector(terms: Sequence[Term], part: Part) -> ColumnElement[bool]:
    # Spelled as in the index, or PostgreSQL would not use it.
    words: ColumnElement[str] = func.to_tsvector(sql("'simple'"), getattr(Comment, part))
    found = words.bool_op("@@")(func.to_tsquery(sql("'simple'"), _tsquery(terms)))
    if _estimated(select(Comment.id).where(found)) > _most_looked_up(terms):
        # Asked of one comment after the other, as above; the limit ends with the transaction.
        db.session.execute(sql(f"SET LOCAL statement_timeout = {LONGEST_MS}"))
        return found
    numbers = db.session.scalar(select(cast(func.array_agg(Comment.id), Text)).where(found))
    if numbers is None:
        return _NO_COMMENT
    # As one value, as above, and one that the planner cannot see into: it may else prefer to walk
    # the order's index through the whole table, and to read the value anew for each comment.
    listed = select(func.unnest(cast(literal(numbers, Text), ARRAY(BigId))))
    return Comment.id == any_(func.array(listed.scalar_subquery()))


def _most_looked_up(terms: Sequence[Term]) -> int:
    """How many matches may be looked up at once. For a phrase each text is read: on a small site,
    too, only for words that few of its comments have."""
    if all(len(term.words) == 1 for term in terms):
        return COMMON
    return min(COMMON, _estimated(select(Comment.id)) // PHRASE_SHARE)


def _tsquery(terms: Iterable[Term]) -> str:
    """The terms in PostgreSQL's own language."""

    def spelled(term: Term) -> str:
        phrase = " <-> ".join(f"'{word}'" for word in term.words) + (":*" if term.begins else "")
        return f"{'!' if term.absent else ''}({phrase})"

    return " & ".join(map(spelled, terms)).lower()


def _estimated(query: Select[Any]) -> int:
    """How many rows PostgreSQL expects, from what it knows of the words: counting takes longer."""
    compiled = query.compile(db.engine)
    plan = db.session.connection().exec_driver_sql(
        f"EXPLAIN (FORMAT JSON) {compiled}", compiled.params
    )
    return int(plan.scalar_one()[0]["Plan"]["Plan Rows"])
