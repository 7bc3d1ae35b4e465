"""Order and pages: which comment comes first, and that none is missed or met twice."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import event

from moderation.comments.submit import Draft, submit
from moderation.comments.tables import Comment
from moderation.db import db, now, writing
from moderation.review import queue
from moderation.review.filters import Filter, Order, State
from moderation.review.queue import (
    PAGE_SIZE,
    count_left_out,
    count_matching,
    next_after,
    page_of_queue,
)
from moderation.scoring.labels import LABELS

WORDS = ("you idiot", "what a damn mess", "I will kill you", "xyzzy", "filthy foreigners")


@pytest.fixture
def many(app, scorer):
    """More comments than three pages hold, some of the same second, some alike in score."""
    start = now() - timedelta(days=9)
    sent = [submit(Draft("home", "Tess", words), scorer, at=start) for words in WORDS]
    columns = [column.key for column in Comment.__table__.columns if column.key != "id"]
    like = [{name: getattr(comment, name) for name in columns} for comment in sent]
    with writing() as session:
        for n in range(3 * PAGE_SIZE):
            later = timedelta(hours=n // 3)
            times = {name: like[n % 5][name] + later for name in ("created_at", "due_at")}
            session.add(Comment(**like[n % 5] | times | {"status_token": f"token {n}"}))


def pages_forwards(view):
    page = page_of_queue(view)
    yield page
    while page.next:
        page = page_of_queue(view, after=page.next)
        yield page


VIEWS = [
    Filter(),
    Filter(order=Order.OLDEST),
    Filter(order=Order.NEWEST),
    Filter(label="insult"),
    Filter(label="insult", least=0.5, most=0.99, order=Order.OLDEST),
    Filter(state=State.ALL),
    Filter(state=State.ALL, label="threat"),
    Filter(state=State.SCORE),
    Filter(state=State.UNREADABLE, order=Order.NEWEST),
]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: str(view.as_args()))
def test_each_comes_once_in_order_on_whatever_page(many, view):
    pages = list(pages_forwards(view))
    rows = [row for page in pages for row in page.rows]
    keys = [tuple(getattr(row, column.key) for column in view.key) for row in rows]
    assert keys == sorted(keys, reverse=view.descending)
    assert len({row.id for row in rows}) == len(rows) == len(db.session.scalars(view.query()).all())

    backwards = [row.id for row in pages[-1].rows]
    page = pages[-1]
    while page.previous:
        page = page_of_queue(view, before=page.previous)
        backwards = [row.id for row in page.rows] + backwards
    assert backwards == [row.id for row in rows]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: str(view.as_args()))
def test_what_follows_is_what_the_list_shows_next(many, view):
    rows = [row for page in pages_forwards(view) for row in page.rows]
    for row, following in zip(rows, [*rows[1:], rows[0]], strict=True):
        assert next_after(row, view) == following.id


def test_what_follows_is_read_off_the_page_that_shows_it(many, statements):
    page = page_of_queue(Filter())
    statements.clear()
    found = [next_after(row, Filter(), page) for row in page.rows[:-1]]
    assert found == [row.id for row in page.rows[1:]]
    assert not statements
    assert (
        next_after(page.rows[-1], Filter(), page)
        == page_of_queue(Filter(), after=page.next).rows[0].id
    )


def test_nothing_follows_the_only_one(comment):
    assert next_after(comment("you idiot"), Filter()) is None


def test_worst_oldest_and_newest(comment, listed):
    mess, idiot, threat = comment("damn"), comment("you idiot"), comment("I will kill you")
    assert listed("/review") == [threat.id, idiot.id, mess.id]
    assert listed("/review?order=oldest") == [mess.id, idiot.id, threat.id]
    assert listed("/review?order=newest") == [threat.id, idiot.id, mess.id]
    assert listed("/review?label=obscene") == [mess.id, threat.id, idiot.id]


def test_the_unscored_do_not_sink(comment, scorer, listed):
    scored = comment("you idiot")
    scorer.down = True
    unknown = comment("unknown")
    assert listed() == [unknown.id, scored.id]


def test_a_case_opened_from_elsewhere_is_found_in_its_list(many, desk):
    rows = [row for page in pages_forwards(Filter()) for row in page.rows]
    deep = rows[2 * PAGE_SIZE]
    page = desk.get(f"/review/{deep.id}").text
    assert page.count('aria-current="page"') == 3, "twice in the navigation, once in the list"


def test_before_the_first_there_is_the_first_page(many, desk):
    first = page_of_queue(Filter())
    second = page_of_queue(Filter(), after=first.next)
    for row in first.rows:
        db.session.expunge(row)
    assert page_of_queue(Filter(), before=second.previous).previous is None
    answer = desk.get(f"/review?before={second.previous}")
    assert answer.status_code == 200


@pytest.fixture
def statements(app):
    """The SQL that runs while a test does, with its values."""
    seen = []

    def note(connection, cursor, statement, parameters, context, executemany):
        seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "address",
    [
        "/review",
        "/review?label=insult&text=idiot&state=all",
        "/review?label=insult&least=0.2&order=oldest",
        "/review/1",
    ],
)
def test_a_page_asks_a_handful_of_questions_and_each_once(many, desk, statements, address):
    desk.get(address)  # the first request of a minute also notes that Mona was here
    statements.clear()
    assert desk.get(address).status_code == 200
    asked = Counter((statement, str(values)) for statement, values in statements)
    assert asked.most_common(1)[0][1] == 1
    assert sum("FROM policy_versions" in statement for statement, _ in statements) == 1
    assert len(statements) <= 21


class TestPlans:
    """SQLite says how it will look: by an index in order, without sorting or reading all."""

    @pytest.fixture
    def settings(self, sqlite_template, tmp_path):
        import shutil

        from tests.conftest import settings_for_tests

        shutil.copy(sqlite_template, tmp_path / "evenkeel.sqlite")
        return settings_for_tests(tmp_path)

    @pytest.mark.parametrize(
        "view",
        [
            *(Filter(state=state, order=order) for state in State for order in Order),
            *(Filter(label=label) for label in LABELS),
            Filter(state=State.SCORE, label="insult", least=0.5),
            Filter(state=State.PUBLISHED, least=0.3, most=0.6),
            *(Filter(page="home", order=order) for order in Order),
            *(Filter(page="home", state=State.ALL, order=order) for order in Order),
            Filter(page="home", state=State.UNREADABLE, order=Order.DUE),
        ],
        ids=lambda view: "-".join(map(str, view.as_args().values())) or "default",
    )
    def test_neither_a_scan_nor_a_sort(self, many, statements, view):
        page = page_of_queue(view)
        page_of_queue(view, after=page.next)
        for statement, parameters in list(statements):
            if "FROM comments" not in statement:
                continue
            with db.engine.connect() as connection:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                steps = [row[-1] for row in plan]
            assert not any("TEMP B-TREE" in step for step in steps), steps
            assert all(step.startswith("SEARCH") or "USING INDEX" in step for step in steps), steps

    @pytest.mark.parametrize(
        "view",
        [
            Filter(label="insult", least=0.5, most=0.99, order=Order.OLDEST),
            Filter(least=0.5, order=Order.NEWEST),
            Filter(state=State.ALL, label="insult", least=0.5, order=Order.OLDEST),
        ],
        ids=lambda view: "-".join(map(str, view.as_args().values())),
    )
    def test_a_range_that_many_have_is_walked_in_order(self, many, statements, monkeypatch, view):
        found = [row.id for page in pages_forwards(view) for row in page.rows]
        monkeypatch.setattr(queue, "COUNTED_AT_MOST", 5)
        statements.clear()
        assert [row.id for page in pages_forwards(view) for row in page.rows] == found
        listing = [(s, p) for s, p in statements if "ORDER BY" in s]
        assert len(listing) > 1
        with db.engine.connect() as connection:
            for statement, parameters in listing:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                steps = [row[-1] for row in plan]
                assert not any("TEMP B-TREE" in step for step in steps), steps

    def test_counts_read_indexes_alone(self, many, desk, statements):
        statements.clear()
        desk.get("/review")
        counting = [(s, p) for s, p in statements if s.count("SELECT count(") > 5]
        with db.engine.connect() as connection:
            for statement, parameters in counting:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                searches = [row[-1] for row in plan if " comments " in row[-1]]
                assert all("USING COVERING INDEX" in step for step in searches), searches
                assert searches
        assert counting

    def test_what_is_left_out_and_what_nobody_wrote_are_looked_up(self, many, statements):
        statements.clear()
        count_left_out(Filter(without="threat"))
        count_matching(Filter(text="zyzzyva"))
        plans = []
        with db.engine.connect() as connection:
            for statement, parameters in [s for s in statements if "FROM comments " in s[0]]:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plans.append(" / ".join(row[-1] for row in plan))
        left_out, nothing = plans
        assert "(status=? AND threat>?)" in left_out
        assert "(rowid=?)" in nothing
