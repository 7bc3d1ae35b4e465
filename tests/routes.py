"""Every route there is, so that no test of all of them can forget a new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from moderation import create_app
from tests.conftest import settings_for_tests
from tests.fixed_scorer import FixedScorer

# What stands in a route's place for something that is no number.
WORDS = {"key": "home", "token": "x" * 43, "filename": "css/base.css"}


@dataclass(frozen=True)
class Route:
    """One method of one route, with an address that it answers to."""

    endpoint: str
    rule: str
    method: str
    path: str
    arguments: frozenset[str]


def routes() -> Iterator[Route]:
    """All of them; numbers in an address are 1."""
    with TemporaryDirectory() as folder:
        app = create_app(settings_for_tests(Path(folder)), FixedScorer())
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        arguments = {name: WORDS.get(name, 1) for name in rule.arguments}
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            path = adapter.build(rule.endpoint, arguments, method)
            yield Route(rule.endpoint, str(rule), method, path, frozenset(rule.arguments))
