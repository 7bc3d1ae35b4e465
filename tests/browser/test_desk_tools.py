"""What stands around the desk, in a browser: the words that weigh, the score map, blind looks."""

import re

from playwright.sync_api import expect
from sqlalchemy import select

from moderation.comments.submit import Draft, submit
from moderation.db import db, writing
from moderation.quality.tables import Look, LookKind
from moderation.review.near import index_new
from tests.browser.conftest import PHONE
from tests.fixed_scorer import FixedScorer


def case_of(number):
    return f"/review/{number}"


def test_the_words_that_weigh_are_marked_once_the_case_is_open(visit, held):
    _, [number] = held(1, text="Good morning, you stupid idiot")
    page = visit(case_of(number), role="moderator")
    marks = page.locator(".case-text mark")
    expect(marks.first).to_be_visible()
    assert any(word in " ".join(marks.all_text_contents()) for word in ("stupid", "idiot"))
    expect(page.locator(".words-heaviest")).to_contain_text("without it")
    page.locator(".words-key .chip", has_text="insult").click()
    expect(page.locator('.words-key .chip[aria-current="true"]')).to_contain_text("insult")
    expect(page.locator('.words-key .chip[aria-current="true"]')).to_be_focused()


def test_a_range_is_dragged_on_the_map_looked_at_decided_and_undone(visit, held, stand):
    _, numbers = held(3)  # insult 0.94
    page = visit("/review/map", role="moderator")
    box = page.locator('[data-map="insult"]').bounding_box()
    page.mouse.move(box["x"] + 0.87 * box["width"], box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.93 * box["width"], box["y"] + 20)
    page.mouse.move(box["x"] + 0.98 * box["width"], box["y"] + 20)
    page.mouse.up()
    page.wait_for_url(re.compile(r"label=insult&least=0\.85&most=1\.00"))
    page.get_by_role("link", name=re.compile("^Act on all")).click()
    page.get_by_role("button", name=re.compile("^Reject")).click()
    stand(numbers, *["rejected"] * 3)
    page.locator("form.undo button:visible").first.click()
    stand(numbers, *["held"] * 3)
    expect(page.locator(".notices")).to_contain_text("are back where they were")


def test_a_bar_and_the_form_do_it_without_a_script(visit, held):
    held(1)
    page = visit("/review/map", role="moderator", java_script_enabled=False, viewport=PHONE)
    page.get_by_label("Class").select_option("insult")
    page.get_by_label("Score from").fill("0.9")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#range-title")).to_contain_text("insult from 0.90 to 1.00")
    expect(page.get_by_role("link", name=re.compile("^Act on"))).to_be_visible()


def test_a_blind_look_by_keyboard(visit, inside):
    sent = submit(
        Draft("home", "Tess", "What a lovely morning it is, at the harbour"), FixedScorer()
    )
    with writing() as session:
        session.add(Look(kind=LookKind.SAMPLE, comment_id=sent.id))
    number = sent.id
    page = visit("/quality/blind", role="moderator")
    page.get_by_role("button", name="Begin").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/quality/blind/\d+"))
    while "lovely morning it is, at the harbour" not in page.locator("main").inner_text():
        with page.expect_navigation():
            page.keyboard.press("s")  # what the demo's own worker drew meanwhile
    page.keyboard.press("1")
    expect(page.locator("input[value=toxic]")).to_be_checked()
    with page.expect_navigation():
        page.keyboard.press("r")
    db.session.rollback()
    look = db.session.scalars(select(Look).where(Look.comment_id == number)).one()
    assert (look.reject, look.disputed) == (True, True)


def test_a_pile_is_opened_from_a_case(visit, held):
    _, numbers = held(3, text="the mayor is an idiot and everybody in this town knows it")
    index_new()
    page = visit(case_of(numbers[0]), role="moderator")
    page.get_by_role("link", name=re.compile("alike wait")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 comments at once")
    assert page.locator("input[name=items]:checked").count() == 3
