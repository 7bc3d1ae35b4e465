"""A real site, started as a newcomer starts it, and a real browser looking at it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from moderation import create_app
from moderation.comments.submit import Draft, submit
from moderation.comments.tables import Comment
from moderation.db import db
from moderation.settings import ROOT, Settings
from tests.fixed_scorer import FixedScorer
from tests.ports import free_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PHONE = {"width": 360, "height": 780}
DESKTOP = {"width": 1280, "height": 800}


@dataclass(frozen=True)
class Site:
    """A running demo site, and who may sign in: role → (e-mail, password)."""

    url: str
    people: dict[str, tuple[str, str]]
    instance: Path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if "tests/browser" in str(item.fspath):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`script/server --demo` on an instance folder of its own, until the tests end."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: apt-get install chromium")
    instance = tmp_path_factory.mktemp("demo")
    port = free_port()
    environ = {k: v for k, v in os.environ.items() if not k.startswith("EVENKEEL_")}
    environ |= {
        "EVENKEEL_INSTANCE": str(instance),
        "EVENKEEL_COMMENT_LIMIT": "1000 per minute",
        "EVENKEEL_TRY_LIMIT": "1000 per minute",
    }
    output = instance / "output"
    with output.open("w") as file:
        server = subprocess.Popen(
            [ROOT / "script/server", "--demo", "--port", str(port)],
            env=environ,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, server, output)
        yield Site(url, _people(output.read_text()), instance)
    finally:
        server.terminate()
        server.wait(60)  # it ends all that it began, and soon where the machine is not busy


def _wait_for(url: str, server: subprocess.Popen[bytes], output: Path) -> None:
    for _ in range(600):  # a busy machine takes minutes to fill the demo
        if server.poll() is not None:
            break
        try:
            urlopen(url, timeout=2)
            return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"script/server did not answer:\n{output.read_text()[-3000:]}")


def _people(output: str) -> dict[str, tuple[str, str]]:
    """Read the printed table: role, e-mail, password."""
    people: dict[str, tuple[str, str]] = {}
    for line in output.splitlines():
        found = re.search(r"\b(admin|moderator)\b.*?(\S+@\S+)\s+(?:│\s*)?(\S+)", line)
        if found and found[1] not in people:
            people[found[1]] = (found[2], found[3])
    assert set(people) == {"admin", "moderator"}, output[-3000:]
    return people


@pytest.fixture(scope="session")
def browser(site: Site) -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def session_of(site: Site, browser: Browser) -> Callable[[str], object]:
    """The cookies of somebody with this role, signed in once through the form."""
    kept: dict[str, object] = {}

    def cookies(role: str) -> object:
        if role not in kept:
            context = browser.new_context(base_url=site.url)
            sign_in(context.new_page(), *site.people[role])
            kept[role] = context.storage_state()
            context.close()
        return kept[role]

    return cookies


@pytest.fixture
def visit(
    site: Site, browser: Browser, session_of: Callable[[str], object]
) -> Iterator[Callable[..., Page]]:
    """Open a page as a stranger, or signed in as a role; any console error fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(path: str = "/", role: str | None = None, **options: object) -> Page:
        options.setdefault("viewport", DESKTOP)
        if role is not None:
            options["storage_state"] = session_of(role)
        context = browser.new_context(base_url=site.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                errors.append(message.text)
                if message.type == "error"
                and "status of 4" not in message.text
                and "net::ERR_FAILED" not in message.text  # a test aborted it itself
                else None
            ),
        )
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="module")
def inside(site):
    """The same database, from inside: for sending many comments, and for what really happened."""
    app = create_app(Settings(instance=site.instance, log_level="ERROR"), FixedScorer())
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def held(inside):
    """Send so many comments that are held; the word that finds them, and their numbers."""

    def send(count, text="you idiot"):
        mark = f"m{uuid.uuid4().hex[:10]}"
        drafts = [
            Draft(page="home", author_name="Tess", text=f"{text} {mark} {n}") for n in range(count)
        ]
        return mark, [submit(draft, FixedScorer()).id for draft in drafts]

    return send


@pytest.fixture
def stand(inside):
    """Wait until these comments stand so: the next is on the screen before a decision arrives."""

    def wait(numbers, *expected):
        for _ in range(50):
            db.session.rollback()
            found = [db.session.get_one(Comment, number).status for number in numbers]
            if found == list(expected):
                return
            time.sleep(0.1)
        assert found == list(expected)

    return wait


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in through the form."""
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/review**")


def violations(page: Page) -> list[str]:
    """What axe-core finds, as readable lines."""
    found = Axe().run(page).response["violations"]
    return [
        f"{v['impact']} {v['id']}: {v['help']} ({node['html'][:160]})"
        for v in found
        for node in v["nodes"]
    ]
