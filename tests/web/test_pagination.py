"""Keyset pages: every row once, in order, whatever comes and goes meanwhile."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from moderation.audit.tables import Event
from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db, writing
from moderation.web.pagination import LONGEST_CURSOR, BadCursor, encode, page_of

START = datetime(2026, 1, 1, tzinfo=UTC)
BY_TIME = (Event.at, Event.id)
BY_URGENCY = (Comment.urgency, Comment.id)


def add_events(moments):
    with writing() as session:
        session.execute(
            insert(Event),
            [
                {
                    "at": START + timedelta(minutes=m),
                    "actor_name": "x",
                    "action": "y",
                    "subject_type": "z",
                    "subject_id": "1",
                }
                for m in moments
            ],
        )


def add_comments(urgencies):
    with writing() as session:
        session.execute(
            insert(Comment),
            [
                {
                    "page": "home",
                    "author_name": "x",
                    "author_key": "name:x",
                    "text": "x",
                    "status_token": f"token-{n}",
                    "status": Status.HELD,
                    "hold_reason": HoldReason.SCORE,
                    "urgency": urgency,
                }
                for n, urgency in enumerate(urgencies)
            ],
        )


def ids(query):
    return list(db.session.scalars(query))


def pages(query, key, *, descending, size):
    """All pages, from the first on."""
    found = [page_of(query, key, descending=descending, size=size)]
    while found[-1].next:
        found.append(page_of(query, key, descending=descending, size=size, after=found[-1].next))
    return found


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_walking_over_ties_shows_each_row_once_in_order_both_ways(app, descending, size):
    add_events([n // 4 for n in range(23)])
    order = [c.desc() if descending else c.asc() for c in BY_TIME]
    expected = ids(select(Event.id).order_by(*order))
    walked = pages(select(Event), BY_TIME, descending=descending, size=size)
    assert [row.id for page in walked for row in page.rows] == expected
    assert walked[0].previous is None

    back = [walked[-1]]
    while back[0].previous:
        cursor = back[0].previous
        back.insert(
            0, page_of(select(Event), BY_TIME, descending=descending, size=size, before=cursor)
        )
    assert [row.id for page in back for row in page.rows] == expected


@pytest.mark.parametrize("descending", [True, False])
def test_scores_that_are_equal_or_nearly_so_are_no_trap(app, descending):
    add_comments([0.1 + 0.2, 0.3, 0.3, 1.0, 0.0, 1e-300, 0.3, 0.1 + 0.2, 0.95, 1.0])
    walked = pages(select(Comment), BY_URGENCY, descending=descending, size=2)
    seen = [row.id for page in walked for row in page.rows]
    order = [c.desc() if descending else c.asc() for c in BY_URGENCY]
    assert seen == ids(select(Comment.id).order_by(*order))


@pytest.mark.parametrize("descending", [True, False])
def test_rows_that_arrive_meanwhile_neither_repeat_nor_hide_any(app, descending):
    add_events(range(10, 20))
    before = set(ids(select(Event.id)))
    seen, cursor = [], None
    for turn in range(10):
        page = page_of(select(Event), BY_TIME, descending=descending, size=3, after=cursor)
        seen += [row.id for row in page.rows]
        add_events([turn, 15, 30 + turn])
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


def test_the_row_of_a_cursor_may_be_gone(app):
    add_comments([n / 10 for n in range(10)])
    first = page_of(select(Comment), BY_URGENCY, descending=True, size=3)
    with writing() as session:
        session.execute(delete(Comment).where(Comment.id == first.rows[-1].id))
    second = page_of(select(Comment), BY_URGENCY, descending=True, size=3, after=first.next)
    assert [round(c.urgency, 1) for c in second.rows] == [0.6, 0.5, 0.4]


def test_beyond_the_last_row_there_is_nothing_and_no_further_page(app):
    add_events([1])
    row = page_of(select(Event), BY_TIME, descending=False).rows[-1]
    page = page_of(select(Event), BY_TIME, descending=False, after=encode(row, BY_TIME))
    assert (list(page.rows), page.previous, page.next) == ([], None, None)


def cursor(*values):
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


DAMAGED = [
    "x",
    "=",
    "%%%",
    "é",
    "\0",
    "bnVsbA",
    cursor(),
    cursor("2026-01-01T00:00:00+00:00"),
    cursor("2026-01-01T00:00:00+00:00", 1, 2),
    cursor("2026-01-01T00:00:00", 1),  # whose midnight?
    cursor("yesterday", 1),
    cursor(0, 1),
    cursor(None, None),
    cursor("2026-01-01T00:00:00+00:00", -1),
    cursor("2026-01-01T00:00:00+00:00", 2**63),
    cursor("2026-01-01T00:00:00+00:00", "1; DROP TABLE comments"),
    cursor("2026-01-01T00:00:00+00:00", [1]),
    cursor("2026-01-01T00:00:00+00:00", float("nan")),
    cursor("2026-01-01T00:00:00+00:00", float("inf")),
    cursor("0001-01-01T00:00:00+14:00", 1),  # no such moment in UTC
    cursor("9999-12-31T23:59:59-14:00", 1),
    cursor({"a": 1}, 1),
    base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    "A" * (LONGEST_CURSOR + 1),
]


@pytest.mark.parametrize("damaged", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_cursor_is_refused(app, damaged):
    for way in ("after", "before"):
        with pytest.raises(BadCursor):
            page_of(select(Event), BY_TIME, descending=True, **{way: damaged})


@pytest.mark.parametrize("urgency", [float("nan"), float("inf"), "x", None, [0.5]])
def test_a_score_that_is_no_number_is_refused(app, urgency):
    with pytest.raises(BadCursor):
        page_of(select(Comment), BY_URGENCY, descending=True, after=cursor(urgency, 1))


@pytest.mark.parametrize("words", ["a\0b", "\ud800"])
def test_text_that_no_database_takes_is_refused(app, words):
    key = (Comment.page, Comment.id)
    with pytest.raises(BadCursor):
        page_of(select(Comment), key, descending=True, after=cursor(words, 1))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.text()
    | st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text()
        | st.datetimes().map(str),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    ).map(lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode())
)
def test_whatever_comes_as_a_cursor_is_a_page_or_refused(app, anything):
    for key, table in ((BY_TIME, Event), (BY_URGENCY, Comment)):
        try:
            page = page_of(select(table), key, descending=True, after=anything)
        except BadCursor:
            db.session.rollback()
        else:
            assert page.next is None, "nobody wrote so much"
