"""Keyset pagination: the next page begins after the last row seen, however deep one is.

An offset would read all rows before it, and skip or repeat rows when others come and go.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from moderation.db import db

Row = TypeVar("Row")
Key = tuple[Any, ...]
LONGEST_CURSOR = 1000  # more than any key needs, too little to nest JSON until Python gives up


class BadCursor(ValueError):
    """A page address that this site did not make."""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """A page of rows, with cursors to the ones before and after it (None at the ends)."""

    rows: Sequence[Row]
    previous: str | None
    next: str | None


def page_of(
    query: Select[Any],
    key: Sequence[InstrumentedAttribute[Any]],
    *,
    descending: bool,
    after: str | None = None,
    before: str | None = None,
    size: int = 50,
) -> Page[Any]:
    """One page of `query`, ordered by `key`: columns without null, unique together.

    `after` or `before` is a cursor that an earlier page gave. Raises BadCursor for any other.
    """
    backwards = before is not None
    down = descending != backwards
    cursor = before or after
    if cursor is not None:
        columns = tuple_(*key)
        values = tuple_(*_decode(cursor, key))
        query = query.where(columns < values if down else columns > values)
    query = query.order_by(*(column.desc() if down else column.asc() for column in key))
    found: list[Any] = list(db.session.scalars(query.limit(size + 1)))
    more = len(found) > size
    rows = found[:size][::-1] if backwards else found[:size]
    if not rows:
        return Page(rows, None, None)
    has_previous = more if backwards else cursor is not None
    has_next = True if backwards else more
    return Page(
        rows,
        encode(rows[0], key) if has_previous else None,
        encode(rows[-1], key) if has_next else None,
    )


def encode(row: object, key: Sequence[InstrumentedAttribute[Any]]) -> str:
    """The cursor that stands at `row`."""
    values = [getattr(row, column.key) for column in key]
    plain = [v.isoformat() if isinstance(v, datetime) else v for v in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _decode(cursor: str, key: Sequence[InstrumentedAttribute[Any]]) -> list[ColumnElement[Any]]:
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise ValueError
        plain = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(plain, list) or len(plain) != len(key):
            raise ValueError
        return [_reader(column)(value) for column, value in zip(key, plain, strict=True)]
    except (ValueError, TypeError, OverflowError, binascii.Error):
        raise BadCursor("this page address is damaged: go back to the first page") from None


def _reader(column: InstrumentedAttribute[Any]) -> Callable[[Any], Any]:
    """How a column's value is read back, bound with the column's own type."""
    kind = column.type.python_type

    def read(value: Any) -> Any:
        if kind is datetime:
            value = datetime.fromisoformat(value)
            if value.tzinfo is None:
                raise ValueError
            value = value.astimezone(UTC)  # here, where a moment before the year 1 is an error
        elif kind is int:
            value = int(value)
            if not 0 <= value < 2**63:
                raise ValueError
        elif kind is float:
            value = float(value)
            if not isfinite(value):
                raise ValueError
        elif "\0" in str(value).encode().decode():  # lone surrogates do not encode: ValueError
            raise ValueError
        else:
            value = kind(value)
        return bindparam(None, value, type_=column.type)

    return read
