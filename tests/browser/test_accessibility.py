"""axe-core on every page, in both themes, on a phone and on a desk."""

import pytest

from tests.browser.conftest import DESKTOP, PHONE, violations

PAGES = [
    ("/", None),
    ("/p/nothing-here-yet", None),
    ("/try", None),
    ("/login", None),
    ("/no-such-page", None),
    ("/review", "moderator"),
    ("/review?state=published", "moderator"),
    ("/review?text=nobody-ever-wrote-this", "moderator"),
    ("/review/preferences", "moderator"),
    ("/review/views?state=published", "moderator"),
    ("/review/1/author", "moderator"),
    ("/review/bulk?ids=1&ids=2", "moderator"),
    ("/review/map", "moderator"),
    ("/review/map?label=insult&least=0.5&most=1", "moderator"),
    ("/review/1/words", "moderator"),
    ("/quality", "moderator"),
    ("/quality/blind", "moderator"),
    ("/quality/disagreements", "moderator"),
    ("/quality/golden?comment=1", "admin"),
    ("/audit", "moderator"),
    ("/account", "moderator"),
    ("/admin", "admin"),
    ("/admin/policy", "admin"),
    ("/admin/people", "admin"),
    ("/admin/desk", "admin"),
    ("/admin/guidelines", "admin"),
]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("path", "role"), PAGES)
def test_axe_finds_nothing(visit, path, role, scheme, size):
    page = visit(path, role=role, viewport=size, color_scheme=scheme)
    assert violations(page) == []


@pytest.mark.parametrize("width", [360, 2560])
@pytest.mark.parametrize(("path", "role"), PAGES)
def test_nothing_overflows_sideways(visit, path, role, width):
    page = visit(path, role=role, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
