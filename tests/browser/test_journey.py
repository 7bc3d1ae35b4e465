"""The whole way of a comment, in a browser, on the site that `script/server --demo` makes."""

import re
import uuid

from playwright.sync_api import expect

HOSTILE = "you are a stupid idiot and I hate you"


def send(page, text, name="Robin"):
    page.get_by_label("Name").fill(name)
    page.get_by_label("Comment", exact=False).last.fill(text)
    page.get_by_role("button", name=re.compile("Send|Post|Submit|Comment")).click()


def test_submit_hold_review_reject_and_tell_the_author(visit):
    mark = uuid.uuid4().hex[:8]

    author = visit("/")
    send(author, f"What a lovely morning walk by the river, thank you all! {mark}")
    expect(author.get_by_text(mark).first).to_be_visible()
    expect(author.get_by_text("Published").first).to_be_visible()

    author = visit("/p/bike-lanes-on-main-street")
    send(author, f"{HOSTILE} {mark}", name=f"Rude {mark}")
    link = author.get_by_role("link", name=re.compile("status|private", re.I)).first
    if "/c/" not in author.url:
        author.goto(link.get_attribute("href"))
    status_page = author.url
    expect(author.get_by_role("main")).to_contain_text(re.compile("waiting|held", re.I))

    public = visit("/p/bike-lanes-on-main-street")
    expect(public.get_by_text(mark)).to_have_count(0)

    desk = visit(f"/review?text={mark}", role="moderator")
    case = desk.get_by_role("article")
    expect(case).to_contain_text(HOSTILE)
    for name in ("toxic", "severe toxic", "obscene", "threat", "insult", "identity hate"):
        expect(case).to_contain_text(name)
    expect(case).to_contain_text(re.compile(r"insult 0\.\d\d"))
    number = desk.locator("[data-case]").get_attribute("data-case")
    desk.get_by_role("button", name=re.compile("^Reject")).click()
    expect(desk.get_by_text(f"You rejected comment {number}").first).to_be_visible()
    desk.goto(f"/review?text={mark}")
    expect(desk.get_by_text(HOSTILE)).to_have_count(0)
    desk.goto("/audit")
    expect(desk.get_by_role("main")).to_contain_text("reject")

    author.goto(status_page)
    expect(author.get_by_role("main")).to_contain_text(
        re.compile("not (to be |to )?publish|rejected", re.I)
    )


def test_an_admin_changes_a_threshold_and_a_new_policy_version_appears(visit):
    page = visit("/admin/policy", role="admin")
    before = int(re.search(r"[Pp]olicy (\d+)", page.get_by_role("main").inner_text())[1])
    field = page.locator("input[type=number][name*=insult][name*=review]")
    old = float(field.input_value())
    field.fill(f"{old - 0.05:.2f}")
    page.get_by_role("button", name=re.compile("Preview")).first.click()
    page.get_by_role("button", name=re.compile("Save")).click()
    expect(page.get_by_role("main")).to_contain_text(f"olicy {before + 1}")
    page.goto("/audit")
    expect(page.get_by_role("main")).to_contain_text(re.compile("policy", re.I))


def test_everything_is_decidable_without_javascript(visit):
    mark = uuid.uuid4().hex[:8]
    author = visit("/", java_script_enabled=False)
    send(author, f"{HOSTILE} {mark}")
    expect(author.get_by_role("main")).to_contain_text(re.compile("waiting|held", re.I))

    desk = visit(f"/review?text={mark}", role="moderator", java_script_enabled=False)
    desk.get_by_role("button", name=re.compile("^Approve")).click()
    expect(desk.get_by_text(re.compile("You approved comment"))).to_be_visible()
    assert mark in visit("/").content()


def test_the_trial_page_shows_six_scores_and_stores_nothing(visit):
    mark = uuid.uuid4().hex[:8]
    page = visit("/try")
    page.get_by_role("textbox").first.fill(f"{HOSTILE} {mark}")
    page.get_by_role("button", name=re.compile("Score|Try")).first.click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("identity hate")
    expect(main).to_contain_text(re.compile(r"0\.\d\d"))
    desk = visit(f"/review?state=all&text={mark}", role="moderator")
    expect(desk.get_by_role("main")).not_to_contain_text(HOSTILE)


def test_two_decisions_by_keyboard_alone(visit):
    mark = uuid.uuid4().hex[:8]
    for n in range(2):
        send(visit("/"), f"{HOSTILE} {mark} {n}")
    desk = visit(f"/review?text={mark}&order=oldest", role="moderator")
    notice = desk.locator("[data-undo]:visible [data-undo-said]")
    for key, outcome in (("r", "rejected"), ("a", "approved")):
        desk.wait_for_timeout(250)  # no key acts on what nobody can have read yet
        desk.keyboard.press(key)
        expect(notice).to_contain_text(outcome)
    expect(desk.get_by_text(HOSTILE)).to_have_count(0)

    desk = visit(f"/review?text={mark}&state=all", role="moderator")
    desk.keyboard.press("/")
    desk.keyboard.type("ar")
    expect(desk.get_by_role("searchbox")).to_be_focused()
    expect(desk.get_by_role("searchbox")).to_have_value(re.compile("ar"))
