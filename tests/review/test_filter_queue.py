"""Filter: which comments an address lists, and what it says of those it leaves out."""

import pytest
from sqlalchemy import text

from moderation.comments import search
from moderation.comments.submit import Draft, submit
from moderation.db import db
from moderation.review import queue, views
from tests.page import read


@pytest.fixture
def various(comment, scorer):
    """One comment for each kind there is, by name."""
    made = {
        "insult": comment("you IDIOT", page="roads", author="Tess"),
        "obscene": comment("what a damn mess", page="roads", author="Oskar"),
        "threat": comment("I will kill you", page="home", author="Tess"),
        "unreadable": comment("xyzzy", page="home", author="Anna"),
        "published": comment("100% a kind_word", page="home", author="Tess"),
    }
    scorer.down = True
    made["unscored"] = comment("not scored yet", page="roads", author="Anna")
    scorer.down = False
    return {name: one.id for name, one in made.items()}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"insult", "obscene", "threat", "unreadable", "unscored"}),
        ("state=score", {"insult", "obscene", "threat"}),
        ("state=unscored", {"unscored"}),
        ("state=unreadable", {"unreadable"}),
        ("state=quarantined", set()),
        ("state=published", {"published"}),
        ("state=rejected", set()),
        ("state=all", {"insult", "obscene", "threat", "unreadable", "unscored", "published"}),
        ("label=insult", {"insult", "obscene", "threat"}),
        ("label=insult&least=0.5", {"insult"}),
        ("label=insult&most=0.5", {"obscene", "threat"}),
        ("label=insult&most=0.5&order=oldest", {"obscene", "threat"}),
        ("label=threat&least=0.9&most=0.95", {"threat"}),
        ("least=0.95", {"insult", "threat"}),
        ("least=0.95&state=score", {"insult", "threat"}),
        ("least=0,95", {"insult", "threat"}),
        ("most=0.95", {"obscene"}),
        ("label=insult&state=unscored", set()),
        ("label=toxic&state=all&most=0.1", {"published"}),
        ("page=roads", {"insult", "obscene", "unscored"}),
        ("page=nowhere", set()),
        ("author=tess", {"insult", "threat"}),
        ("author=TE&state=published", {"published"}),
        ("author=ess&state=published", set()),
        ("text=idiot", {"insult"}),
        ("text=idi*", {"insult"}),
        ("text=idi", set()),
        ("text=-idiot+you", {"threat"}),
        ("text=%22you+idiot%22", {"insult"}),
        ("text=%22idiot+you%22", set()),
        ("text=_", set()),
        ("text=%25idiot", {"insult"}),
        ("text=-idiot", set()),
        ("text=kill&author=tess&page=home&label=threat&least=0.5", {"threat"}),
    ],
)
def test_an_address_lists_these(various, listed, query, names):
    found = listed(f"/review?{query}")
    assert set(found) == {various[name] for name in names}
    assert len(found) == len(names)


@pytest.mark.parametrize(
    "query",
    [
        "least=2", "least=-1", "most=nan", "least=inf", "least=x", "least=0.9&most=0.1",
        "state=nonsense", "label=nonsense", "order=nonsense", "author_of=x",
        "author_of=-1", "author_of=99999999999999999999", f"text={'x' * 300}",
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_and_never_our_mistake(various, desk, query):
    answer = desk.get(f"/review?{query}")
    assert answer.status_code == 400
    assert "another look" in answer.text


@pytest.mark.parametrize("query", ["text=a%00b", "author=%00", "text=%ff%fe", "page=%F0%9F%98%80"])
def test_any_string_may_be_searched(various, listed, query):
    assert listed(f"/review?{query}") in ([], listed())


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJ4IiwgMV0", "e30"])
def test_a_made_up_page_address_is_refused(various, desk, cursor):
    assert desk.get(f"/review?after={cursor}").status_code == 400


def test_all_by_one_author_is_asked_for_by_a_comment_not_by_an_address(app, scorer, desk, listed):
    def send(text, name, email):
        return submit(Draft("home", name, text, author_email=email), scorer).id

    first = send("you idiot", "Tess", "tess@example.org")
    second = send("a kind word", "Tess again", "TESS@example.org")
    send("you idiot", "Tess", "another@example.org")
    assert listed(f"/review?author_of={first}&state=all&order=oldest") == [first, second]
    assert "By the author of" in desk.get(f"/review?author_of={first}").text


def test_empty_fields_are_left_out_of_the_address(app, desk):
    answer = desk.get("/review?text=&state=held&label=&least=&most=&author=&page=roads&order=worst")
    assert (answer.status_code, answer.location) == (302, "/review?page=roads")


def test_it_says_that_comments_without_scores_are_left_out(various, desk):
    assert "comments without scores are left out" in desk.get("/review?label=insult").text
    assert "comments without scores are left out" not in desk.get("/review").text


def test_it_counts_by_class_and_reason_what_the_filter_leaves(various, desk):
    def chips(address):
        words = desk.get(address).text.split('aria-label="Held comments by class and reason"')[1]
        return words.split("</div>")[0]

    everything = " ".join(chips("/review").split())
    assert '>toxic <span class="nums">3</span>' in everything
    assert '>insult <span class="nums">1</span>' in everything
    assert '>unscored <span class="nums">1</span>' in everything
    roads = " ".join(chips("/review?page=roads").split())
    assert '>toxic <span class="nums">2</span>' in roads
    assert "threat" not in roads


def test_what_is_many_is_not_counted_to_its_end(various, desk, monkeypatch):
    monkeypatch.setattr(queue, "COUNTED_AT_MOST", 2)
    monkeypatch.setattr(queue, "FOUND_AT_MOST", 1)
    page = desk.get("/review").text
    assert '>toxic <span class="nums">2+</span>' in page
    assert '>insult <span class="nums">1</span>' in page
    assert '<span class="nums muted" data-held>5</span>' in page, "all that wait are"
    assert '<span class="nums muted">2+</span>' in desk.get("/review?page=roads").text
    searched = desk.get("/review?text=you").text
    assert '<span class="nums muted">1+</span>' in searched
    assert "toxic</a>" in searched, "to narrow it, without a number"


def test_a_class_lists_just_as_many_as_it_counts(various, desk, listed):
    assert len(listed("/review?label=toxic&least=0.5")) == 3
    assert "label=toxic&amp;least=0.5" in desk.get("/review").text


def test_the_links_of_the_list_carry_the_filter(various, desk):
    page = desk.get("/review?page=roads&order=oldest").text
    assert f"/review/{various['insult']}?order=oldest&amp;page=roads" in page


def test_the_empty_answer_shows_the_way_back(various, desk):
    page = desk.get("/review?state=quarantined").text
    assert "No comment matches" in page
    assert "Clear the filters" in page


def test_the_navigation_counts_what_waits(various, desk):
    page = " ".join(desk.get("/review?state=published").text.split())
    assert '<span class="nav-count">5<span' in page


def test_a_long_queue_is_counted_so_far_and_no_further(various, desk, monkeypatch):
    monkeypatch.setattr(queue, "WAITING_AT_MOST", 4)
    page = read(desk.get("/review"))
    assert page.one("span", data_held="").text == "4+"
    assert desk.get("/review/live").json["held"] == "4+"


def test_what_would_be_looked_for_too_long_is_refused_with_what_to_do(desk, monkeypatch):
    """SQLite's index knows where each word stands; PostgreSQL must read the texts for a phrase."""
    on_postgresql = db.engine.dialect.name == "postgresql"

    def slow(view):
        found = queue.count_matching(view)
        if on_postgresql:
            db.session.execute(text("SELECT pg_sleep(5)"))
        return found

    monkeypatch.setattr(search, "COMMON", -1)
    monkeypatch.setattr(search, "LONGEST_MS", 50)
    monkeypatch.setattr(views, "count_matching", slow)
    answer = desk.get("/review?text=%22of+the+of%22&state=all")
    assert answer.status_code == (422 if on_postgresql else 200)
    assert ("Add a rarer word" in answer.text) == on_postgresql
    assert desk.get("/review").status_code == 200
