"""A page: its key, its comments in order, its parts, and how little it asks of the database."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from moderation import create_app
from moderation.audit.record import Actor
from moderation.comments.find import ORDER, PAGE_SIZE
from moderation.comments.status import change_status, locked
from moderation.comments.submit import Draft, submit
from moderation.comments.tables import Status
from moderation.db import db, now, writing
from moderation.settings import Settings, SettingsError
from moderation.web.pagination import encode
from tests.conftest import settings_for_tests
from tests.page import read

MONA = Actor(1, "Mona")


def texts(page):
    return [e.text for e in page.all("div", cls="user-text")]


@pytest.mark.parametrize("key", ["a", "A1", "bike-lanes", "v1.2_x", "0", "k" * 100, "a..", "CON"])
def test_any_well_formed_key_is_a_page(client, key):
    page = read(client.get(f"/p/{key}"))
    assert "Nobody has said anything yet" in page.main
    assert page.one("form", method="post").attributes["action"] == f"/p/{key}#write"


@pytest.mark.parametrize(
    "key",
    [
        "-a",
        ".a",
        "_a",
        "a b",
        "a%20b",
        "k" * 101,
        "ä",
        "a%2Fb",
        "a/b",
        "a%00",
        "a%0a",
        "%ff",
        "a?/",
    ],
)
def test_a_malformed_key_is_no_page(client, key):
    wanted = 200 if key == "a?/" else 404
    assert client.get(f"/p/{key}").status_code == wanted
    assert client.post(f"/p/{key}", data={"text": "x"}).status_code == (
        422 if wanted == 200 else 404
    )


def test_a_key_is_shown_as_a_title(client):
    page = read(client.get("/p/bike-lanes_and-buses"))
    assert page.one("h1").text == "Bike lanes and buses"
    assert page.one("title").text.startswith("Bike lanes and buses ")


def test_the_front_page_shows_the_page_that_the_settings_name(site, comment):
    comment("On the other page", page="other")
    page = read(site(default_page="other").test_client().get("/"))
    assert texts(page) == ["On the other page"]


def test_a_default_page_that_cannot_be_a_page_stops_the_start():
    with pytest.raises(SettingsError, match="EVENKEEL_DEFAULT_PAGE"):
        Settings.read({"EVENKEEL_DEFAULT_PAGE": "no/page"})


def test_it_shows_published_comments_only_oldest_first(client, comment):
    for text in ("First", "you idiot", "Second", "xyzzy"):
        comment(text)
    comment("Elsewhere", page="other")
    taken_down = comment("Gone")
    with writing():
        change_status(locked(taken_down.id), Status.REMOVED, MONA)
    page = read(client.get("/"))
    assert texts(page) == ["First", "Second"]
    assert "2 comments" in page.main


def test_a_comment_keeps_its_lines_and_its_box(client, comment):
    text = "one\n\n   two\tthree\n" + "w" * 3000 + "\u202e flipped"
    comment(text, author="\u202eTess")
    page = read(client.get("/"))
    box = page.one("div", cls="user-text")
    assert box.text == text
    assert box.attributes["dir"] == "auto"
    assert page.one("bdi", cls="user-name").text == "\u202eTess"


def test_links_stay_plain_text(client, comment):
    comment("see https://example.org/x and www.example.org")
    assert not [a for a in read(client.get("/")).all("a") if "example.org" in a.attributes["href"]]


def fill(scorer, count, page="long"):
    at = now() - timedelta(days=1)
    return [
        # Three share each moment: ties are the rule, not the exception.
        submit(Draft(page, "Tess", f"Number {n}"), scorer, at=at + timedelta(minutes=n // 3)).id
        for n in range(count)
    ]


def link(page, rel):
    found = page.all("a", rel=rel)
    return found[0].attributes["href"] if found else None


def test_walking_the_pages_shows_every_comment_once_in_order_and_back(app, client, scorer):
    fill(scorer, 2 * PAGE_SIZE + 3)
    address, seen, addresses = "/p/long", [], []
    while address:
        page = read(client.get(address))
        addresses.append(address)
        seen += texts(page)
        address = link(page, "next")
    assert seen == [f"Number {n}" for n in range(2 * PAGE_SIZE + 3)]
    assert len(addresses) == 3

    back, address = [], addresses[-1]
    while address:
        page = read(client.get(address))
        back = texts(page) + back
        address = link(page, "prev")
    assert back == seen


def test_a_comment_on_a_later_part_of_the_page_is_linked_where_it_stands(app, client, scorer):
    ids = fill(scorer, 2 * PAGE_SIZE + 3)
    answer = client.post("/p/long", data={"name": "Tess", "text": "The newest"})
    page = read(client.get(answer.location))
    assert texts(page)[-1] == "The newest"
    assert link(page, "next") is None, "nothing comes after it"
    assert link(page, "prev")

    latest = next(a for a in read(client.get("/p/long")).all("a") if "latest" in a.text)
    assert texts(read(client.get(latest.attributes["href"])))[-1] == "The newest"
    assert len(ids) == 2 * PAGE_SIZE + 3


def test_a_part_of_the_page_whose_comments_are_gone_leads_back(client, comment):
    first = comment("Only one")
    page = read(client.get(f"/?after={encode(first, ORDER)}"))
    assert "The comments that stood here are gone" in page.main
    assert [a for a in page.all("a", href="/") if a.text == "Go to the first comments"]


@pytest.mark.parametrize("cursor", ["x", "%ff", "WzFd", "W10", "bnVsbA", "W1tdLFtdXQ", "a" * 9000])
@pytest.mark.parametrize("way", ["after", "before"])
def test_a_damaged_part_of_an_address_is_a_bad_request(client, way, cursor):
    answer = client.get(f"/?{way}={cursor}")
    assert answer.status_code == 400
    assert "first page" in read(answer).main


def test_more_comments_take_no_more_queries(app, client, scorer):
    counts = []
    for more in (1, 30):
        fill(scorer, more)
        db.session.remove()
        statements = []

        def note(*args, statements=statements):
            statements.append(args[2])

        event.listen(db.engine, "before_cursor_execute", note)
        client.get("/p/long")
        event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len([s for s in statements if s.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 3


def test_a_site_name_of_any_kind_is_shown(tmp_path, scorer):
    site = create_app(settings_for_tests(tmp_path / "gone", site_name="<Ärger> & Co"), scorer)
    assert "<Ärger> & Co" in read(site.test_client().get("/nowhere")).one("title").text
