"""The page of thresholds with its script: the preview follows the numbers."""

import re

from playwright.sync_api import expect


def test_the_preview_follows_the_numbers_and_can_be_saved(visit):
    page = visit("/admin/policy", role="admin")
    field = page.get_by_label("Review threat from", exact=True)
    title = page.get_by_role("heading", name=re.compile("would have done"))
    expect(title).to_have_count(0)
    field.fill("0.77")
    expect(title).to_be_visible()
    expect(page.get_by_label("Review threat from (slider)")).to_have_value("0.77")

    page.get_by_label("Note").fill("seen live")
    page.get_by_label("Review threat from (slider)").press("ArrowRight")
    expect(field).to_have_value("0.78")
    expect(page.locator(".changes").first).to_contain_text("0.78")
    expect(page.get_by_label("Note")).to_have_value("seen live")

    page.get_by_role("button", name=re.compile("Save as policy")).click()
    expect(page.get_by_role("status").first).to_contain_text("is in force")
    expect(page.get_by_role("main")).to_contain_text("seen live")
    expect(field).to_have_value("0.78")


def test_a_wrong_number_takes_the_preview_away(visit):
    page = visit("/admin/policy", role="admin")
    field = page.get_by_label("Review threat from", exact=True)
    field.fill("0.66")
    save = page.get_by_role("button", name=re.compile("Save as policy"))
    expect(save).to_be_visible()
    field.fill("7")
    expect(save).to_have_count(0)
    expect(page.locator("#preview")).to_contain_text("when every number is right")


def test_the_box_turns_the_automatic_rejection_on(visit):
    page = visit("/admin/policy", role="admin")
    value = page.get_by_label("Reject insult from", exact=True)
    expect(value).to_be_disabled()
    page.get_by_label("Reject insult automatically").check()
    value.fill("0.95")
    expect(page.get_by_role("heading", name=re.compile("would have done"))).to_be_visible()
    expect(page.locator("#preview")).to_contain_text("Nobody looks at a comment")


def test_a_session_that_ended_is_said_so(visit):
    page = visit("/admin/policy", role="admin")
    page.wait_for_load_state("networkidle")  # a late answer would bring the cookie back
    page.context.clear_cookies()
    page.get_by_label("Review threat from", exact=True).fill("0.5")
    expect(page.get_by_role("alert")).to_contain_text("signed out")
