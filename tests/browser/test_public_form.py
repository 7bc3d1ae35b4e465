"""The form and the trial page in a browser: in place with the scripts, whole pages without."""

import re
import uuid

import pytest
from playwright.sync_api import expect

HOSTILE = "you are a stupid idiot and I hate you"
KIND = "What a lovely photo of the harbour, thank you for sharing it!"


def new_page():
    return f"/p/test-{uuid.uuid4().hex[:10]}"


def write(page, text, name="Robin"):
    page.get_by_label("Name").fill(name)
    page.get_by_label("Comment", exact=True).fill(text)


def send(page):
    page.get_by_role("button", name="Send comment").click()


def test_a_held_comment_is_answered_in_place_and_the_answer_has_the_focus(visit):
    address = new_page()
    page = visit(address)
    write(page, HOSTILE)
    send(page)
    answer = page.get_by_role("heading", name="Your comment is waiting for a moderator")
    expect(answer).to_be_focused()
    assert page.url.endswith(address)
    expect(page.get_by_role("button", name="Send comment")).to_have_count(0)
    page.get_by_role("link", name="private page").click()
    expect(page.get_by_role("main")).to_contain_text(HOSTILE)


def test_a_clean_comment_appears_in_place_and_the_form_is_ready_for_the_next(visit):
    page = visit(new_page())
    write(page, KIND)
    send(page)
    item = page.get_by_role("listitem").filter(has_text=KIND)
    expect(item).to_be_focused()
    expect(item).to_contain_text("Published.")
    expect(page.get_by_label("Comment", exact=True)).to_have_value("")
    expect(page.get_by_label("Name")).to_have_value("Robin")
    write(page, KIND + " And another.")
    send(page)
    expect(page.get_by_text("2 comments")).to_be_visible()


def test_a_double_click_sends_one_comment(visit):
    page = visit(new_page())
    write(page, KIND)
    page.get_by_role("button", name="Send comment").dblclick()
    expect(page.get_by_text("One comment")).to_be_visible()
    page.reload()
    expect(page.get_by_text("One comment")).to_be_visible()


def test_what_is_wrong_is_said_in_place_and_the_text_stays(visit):
    page = visit(new_page())
    write(page, "x" * 10_001, name="")
    expect(page.get_by_text("1 character too many")).to_be_visible()
    send(page)
    errors = page.locator("#errors")
    expect(errors).to_be_focused()
    expect(errors).to_contain_text("2 things need another look")
    expect(page.get_by_label("Comment", exact=True)).to_have_value("x" * 10_001)
    expect(page.get_by_text("1 character too many")).to_be_visible()
    errors.get_by_role("link", name=re.compile("Name")).click()
    expect(page.get_by_label("Name")).to_be_focused()
    write(page, KIND)
    send(page)
    expect(page.get_by_text("Published.")).to_be_visible()


def test_a_reload_loses_nothing_and_a_sent_text_does_not_come_back(visit):
    page = visit(new_page())
    page.get_by_label("Name").press_sequentially("Robin")
    page.get_by_label("Comment", exact=True).press_sequentially("Half a thought")
    page.goto("/try")
    page.go_back()
    page.reload()
    expect(page.get_by_label("Comment", exact=True)).to_have_value("Half a thought")
    send(page)
    expect(page.get_by_text("Published.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Comment", exact=True)).to_have_value("")
    expect(page.get_by_label("Name")).to_have_value("Robin")


def test_with_the_site_out_of_reach_the_text_stays_and_can_be_sent_again(visit):
    page = visit(new_page())
    write(page, KIND)
    page.evaluate("() => { window.kept = fetch; window.fetch = () => Promise.reject('away') }")
    send(page)
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    expect(alert).to_contain_text("could not be reached")
    page.evaluate("() => { window.fetch = window.kept }")
    send(page)
    expect(page.get_by_text("Published.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_far_too_large_a_text_is_refused_with_a_page(visit, scripts):
    page = visit(new_page(), java_script_enabled=scripts)
    write(page, "x" * 400_000)
    send(page)
    expect(page.get_by_text(re.compile("Too large")).first).to_be_visible()
    if scripts:
        expect(page.get_by_label("Comment", exact=True)).to_have_value("x" * 400_000)


def test_the_keyboard_goes_from_field_to_field_and_never_into_the_trap(visit):
    page = visit(new_page())
    page.get_by_label("Name").focus()
    page.keyboard.type("Robin")
    page.keyboard.press("Tab")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Comment", exact=True)).to_be_focused()
    page.keyboard.type(KIND)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send comment")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Published.")).to_be_visible()


def test_everything_works_without_scripts(visit):
    address = new_page()
    page = visit(address, java_script_enabled=False)
    write(page, KIND, name="")
    send(page)
    expect(page.locator("#errors")).to_contain_text("Say what to call you")
    expect(page.get_by_label("Comment", exact=True)).to_have_value(KIND)
    page.get_by_label("Name").fill("Robin")
    send(page)
    expect(page.get_by_text("Published.")).to_be_visible()
    assert re.search(rf"{address}#comment-\d+$", page.url)
    write(page, HOSTILE)
    send(page)
    assert "/c/" in page.url
    expect(page.get_by_role("main")).to_contain_text("because it may be insulting")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_example_is_scored_at_one_click(visit, scripts):
    page = visit("/try", java_script_enabled=scripts)
    page.get_by_role("button", name="An insult").click()
    expect(page.get_by_role("heading", name=re.compile("would wait|refused"))).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(7)
    expect(page.get_by_label("Text")).to_have_value(re.compile("idiot"))
    page.get_by_label("Text").fill(KIND)
    page.get_by_role("button", name="Score it").click()
    expect(page.get_by_role("heading", name=re.compile("published at once"))).to_be_visible()


def test_hostile_text_does_not_run_or_leave_its_box(visit):
    page = visit(new_page(), viewport={"width": 360, "height": 780})
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>"><svg onload=alert(3)>'
    write(page, f"{hostile} {'w' * 3000} \u202e\u0335{'̴̡̛͎̞̫̫̖̱͓̥͉͚̼̲̏' * 30}", name="Z" + "̴̡̛͎̞" * 15)
    send(page)
    expect(page.get_by_role("main")).to_contain_text(re.compile("Published|waiting"))
    page.reload()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.querySelectorAll('main img, main script').length") == 0
