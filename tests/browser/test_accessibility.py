"""axe-core on every page, in both themes, on a phone and on a desk.

The pages are walked by the routes that there are, so that a new one cannot be forgotten. What a
route shows only after something has happened stands below, each in the state that it comes to.
"""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from moderation.accounts.people import make_link
from moderation.accounts.tables import User
from moderation.comments.author_rules import make_rule
from moderation.comments.submit import Draft, submit
from moderation.comments.tables import Comment, RuleKind, Status
from moderation.db import db, now, writing
from moderation.quality.tables import Look, LookKind
from moderation.review.claim import take_over
from moderation.review.decide import Judgement, decide, escalate
from tests.browser.conftest import DESKTOP, PHONE, violations
from tests.fixed_scorer import FixedScorer
from tests.routes import routes

WIDE = {"width": 2560, "height": 800}
# Pages that only somebody who holds a key, or has taken something, comes to: see below. The
# first admin's page is gone as soon as there is one; it is built as the page of a new password.
BEHIND_A_KEY = {"comments.status", "looks.look", "accounts.welcome", "accounts.setup"}
WALKED = [
    pytest.param(one.path, id=one.rule)
    for one in routes()
    if one.method == "GET" and one.endpoint not in {"static", "operations.metrics", *BEHIND_A_KEY}
]
ADDRESSES = [
    ("/", None),
    ("/p/nothing-here-yet", None),
    ("/no-such-page", None),
    ("/setup/no-such-key", None),
    ("/login", None),
    ("/try", None),
    ("/review", "moderator"),
    ("/review?state=published&order=newest", "moderator"),
    ("/review?state=all&label=insult&least=0.2", "moderator"),
    ("/review?text=nobody-ever-wrote-this", "moderator"),
    ("/review?least=0.9&most=0.1", "moderator"),
    ("/review?after=broken", "moderator"),
    ("/review/999999", "moderator"),
    ("/admin", "moderator"),
    ("/review/views?state=published", "moderator"),
    ("/review/bulk?ids=1&ids=2&ids=3", "moderator"),
    ("/review/map?label=insult&least=0.5&most=1", "moderator"),
    ("/review/map?label=insult&least=0.9&most=0.1", "moderator"),
    ("/quality", "moderator"),
    ("/quality/golden?comment=1", "admin"),
]


def faults_of(page):
    """What axe finds and what overflows, on a phone and a desk, light and dark."""
    found = []
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found += [f"{size['width']} px, {scheme}: {line}" for line in violations(page)]
    for size in (PHONE, WIDE):
        page.set_viewport_size(size)
        if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
            found.append(f"{size['width']} px: it overflows sideways")
    return found


@pytest.mark.parametrize("path", WALKED)
def test_every_page_that_there_is(visit, path):
    page = visit("/no-such-page", role="admin")
    answer = page.request.get(path)
    assert answer.status == 200, f"{path}: put it into a state in which it can be seen, below"
    if "<!doctype html>" in answer.text():  # a part of a page is checked where it stands
        page.goto(path)
        assert faults_of(page) == []


@pytest.mark.parametrize(("path", "role"), ADDRESSES)
def test_empty_narrowed_wrong_and_refused(visit, path, role):
    assert faults_of(visit(path, role=role)) == []


@pytest.fixture
def person(inside):
    """One of the demo's people, from inside: by the beginning of the name."""
    return lambda name: db.session.scalars(
        select(User).where(User.display_name.startswith(name))
    ).one()


def test_behind_a_key(visit, inside, person):
    drafts = [Draft("home", "Tess", text) for text in ("you idiot", "Good morning to all")]
    for comment in [submit(draft, FixedScorer()) for draft in drafts]:
        assert faults_of(visit(f"/c/{comment.status_token}")) == []
    link = make_link(person("Wren").id, person("Ottilie").actor, hours=1)
    assert faults_of(visit(f"/welcome/{link}")) == []


def test_a_case_in_the_states_that_it_comes_to(visit, held, person, stand):
    wren, ottilie = person("Wren").actor, person("Ottilie").actor
    mark, (claimed, escalated, decided, noted) = held(4)
    take_over(claimed, wren)
    page = visit(f"/review/{claimed}?text={mark}", role="moderator")
    expect(page.locator("[data-claim-when=other]")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name=re.compile("^Reject")).click()
    expect(page.locator(".case")).to_contain_text("Nothing was changed")
    assert faults_of(page) == []
    escalate(escalated, wren, seen=Status.HELD, note="Is it allowed to say so?")
    assert faults_of(visit(f"/review/{escalated}", role="moderator")) == []
    page = visit(f"/review/{decided}?text={mark}", role="moderator")
    decide(decided, Judgement(Status.REJECTED), ottilie, seen=Status.HELD)
    page.wait_for_timeout(250)
    page.keyboard.press("a")
    expect(page.locator(".case")).to_contain_text("already rejected this")
    assert faults_of(page) == []
    page = visit(f"/review/{noted}?text={mark}", role="moderator")
    page.locator(".add-note summary").click()
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator("#errors, .field-error").first).to_be_visible()
    assert faults_of(page) == []
    page = visit(f"/review/{noted}?text={mark}", role="moderator")
    page.wait_for_timeout(250)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("r")
    expect(page.locator(f'[data-case="{noted}"]')).to_have_count(0)
    stand([noted], "rejected")
    page.goto(f"/review?text={mark}&done={noted}")
    expect(page.locator("[data-undo]:visible").first).to_contain_text("rejected")
    assert faults_of(page) == []


def test_a_row_that_somebody_else_has_decided(visit, held, person):
    mark, (gone, _) = held(2)
    page = visit(f"/review?text={mark}", role="moderator")
    decide(gone, Judgement(Status.REJECTED), person("Ottilie").actor, seen=Status.HELD)
    expect(page.locator(f'[data-row="{gone}"]')).to_contain_text("rejected now")
    assert faults_of(page) == []


def test_forms_that_were_filled_in_wrong(visit, held):
    _, numbers = held(2)
    page = visit("/review/bulk?" + "&".join(f"ids={n}" for n in numbers), role="admin")
    for box in page.locator("[name=items]").all():
        box.uncheck()
    page.get_by_role("button", name=re.compile("^Reject")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing chosen")
    assert faults_of(page) == []
    page.goto(f"/review/{numbers[0]}/author")
    page.get_by_role("button", name="Make the rule").click()
    expect(page.locator("#errors")).to_be_visible()
    assert faults_of(page) == []
    page.goto("/quality/golden")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#errors")).to_be_visible()
    assert faults_of(page) == []
    page.goto("/review/preferences")
    page.get_by_label("Approve, keep", exact=False).fill("r")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#errors")).to_be_visible()
    assert faults_of(page) == []
    page.goto("/review/views")
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("#errors")).to_be_visible()
    assert faults_of(page) == []


def test_an_author_under_a_rule_and_a_comment_that_it_holds(visit, inside, person):
    author = f"Rita {now():%H%M%S%f}"
    first = submit(Draft("home", author, "Good morning to all"), FixedScorer())
    make_rule(
        db.session.get_one(Comment, first.id).author_key, RuleKind.REVIEW, reason="Three warnings",
        until=now().replace(year=now().year + 1, month=1, day=1), by=person("Wren").actor,
        about=first.id,
    )  # fmt: skip
    second = submit(Draft("home", author, "Good evening to all"), FixedScorer())
    assert faults_of(visit(f"/review/{first.id}/author", role="moderator")) == []
    page = visit(f"/review/{second.id}", role="moderator")
    expect(page.locator(".case-why")).to_contain_text("Three warnings")
    assert faults_of(page) == []


def test_a_blind_look(visit, inside):
    sent = submit(Draft("home", "Tess", "A lovely evening, at the harbour"), FixedScorer())
    with writing() as session:
        session.add(Look(kind=LookKind.SAMPLE, comment_id=sent.id))
    page = visit("/quality/blind", role="moderator")
    assert faults_of(page) == []
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(re.compile(r"/quality/blind/\d+"))
    assert faults_of(page) == []
