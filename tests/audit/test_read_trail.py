"""Read the trail: what is listed, in words, by which filter, on which page."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from moderation.audit.record import SYSTEM, Actor, record
from moderation.audit.tables import Event
from moderation.audit.trail import TrailFilter, known_actions, page_of_trail
from moderation.db import db, writing

MONA, PAUL = Actor(1, "Mona"), Actor(2, "Paul")
DAY = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def reader(signed_in, moderator):
    """A browser of somebody who may read the trail."""
    return signed_in(moderator)


@pytest.fixture
def told(app):
    """Four events, written in this order by a clock that was put back between them."""
    about_7, about_8 = ("comment", 7), ("comment", 8)
    happened = [
        (2, MONA, "comment.status", about_7),
        (0, SYSTEM, "comment.status", about_7),
        (3, PAUL, "policy.changed", ("policy", 2)),
        (1, MONA, "comment.status", about_8),
    ]
    with writing():
        for day, actor, action, subject in happened:
            record(
                action,
                actor,
                subject,
                before="held (score)",
                after="rejected",
                at=DAY + timedelta(days=day),
                note=f"day {day}",
            )


def days(answer):
    return [int(day) for day in re.findall(r"day (\d)<", answer.text)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [1, 3, 0, 2]),
        ("by=people", [1, 3, 2]),
        ("by=system", [0]),
        ("action=policy.changed", [3]),
        ("person=mon", [1, 2]),
        ("person=%25", []),
        ("comment=7", [0, 2]),
        ("comment=9", []),
        ("since=2026-03-12", [3, 2]),
        ("until=2026-03-11", [1, 0]),
        ("since=2026-03-11&until=2026-03-11", [1]),
        ("until=9999-12-31", [1, 3, 0, 2]),
        ("since=0001-01-01", [1, 3, 0, 2]),
        ("comment=7&by=people&since=2026-03-01", [2]),
    ],
)
def test_an_address_lists_these_the_last_written_first(told, reader, query, expected):
    answer = reader.get(
        f"/audit?{query}" if "since" in query else f"/audit?since=2026-01-01&{query}"
    )
    assert answer.status_code == 200
    assert days(answer) == expected


@pytest.mark.parametrize(
    "query",
    ["since=yesterday", "until=2026-13-01", "since=2026-03-02&until=2026-03-01", "by=nobody",
     "action=nonsense", "comment=x", "comment=0", "comment=99999999999999999999",
     f"person={'x' * 200}"],
)  # fmt: skip
def test_a_wrong_value_is_named_and_never_our_mistake(told, reader, query):
    answer = reader.get(f"/audit?{query}")
    assert answer.status_code == 400
    assert "another look" in answer.text


@pytest.mark.parametrize("query", ["person=%00", "person=%ff", "after=x", "after=W10"])
def test_odd_addresses_are_answered(told, reader, query):
    assert reader.get(f"/audit?{query}").status_code in (200, 400)


def test_every_event_stands_on_one_page_of_many(app):
    with writing():
        for n in range(130):
            record("test.done", SYSTEM, ("test", n), at=DAY - timedelta(minutes=n // 7))
    seen, page = [], page_of_trail(TrailFilter())
    while True:
        seen += [event.id for event in page.rows]
        if page.next is None:
            break
        page = page_of_trail(TrailFilter(), after=page.next)
    stored = db.session.scalars(select(Event.id).order_by(Event.id.desc())).all()
    assert seen == list(stored)


def test_before_the_newest_there_is_the_first_page(told):
    first = page_of_trail(TrailFilter())
    second = page_of_trail(TrailFilter(), before=_cursor(first.rows[0]))
    assert [event.id for event in second.rows] == [event.id for event in first.rows]


def _cursor(event):
    from moderation.audit.trail import NEWEST_FIRST
    from moderation.web.pagination import encode

    return encode(event, NEWEST_FIRST)


def test_the_actions_to_choose_from_are_those_that_happened(told):
    assert {"comment.status", "policy.changed"} <= set(known_actions())
    assert list(known_actions()) == sorted(known_actions())


def test_empty_fields_are_left_out_of_the_address(app, reader):
    answer = reader.get("/audit?by=anyone&action=&person=&comment=7&since=&until=")
    assert (answer.status_code, answer.location) == (302, "/audit?comment=7")


def test_a_note_and_a_name_stay_text(app, reader):
    with writing():
        record("comment.status", Actor(3, "<b>Eve</b>"), ("comment", 1), after="rejected",
               note="<script>alert(1)</script>")  # fmt: skip
    page = reader.get("/audit").text
    assert "<b>Eve" not in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_admin_and_a_moderator_read_it_a_viewer_does_not(
    app, signed_in, admin, moderator, viewer
):
    assert signed_in(admin).get("/audit").status_code == 200
    assert signed_in(moderator).get("/audit").status_code == 200
    assert signed_in(viewer).get("/audit").status_code == 403
