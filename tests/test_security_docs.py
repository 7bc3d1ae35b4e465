"""docs/security.md names tests that exist."""

import ast
import re

import pytest

from moderation.settings import ROOT

DOCS = (ROOT / "docs/security.md").read_text()
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", DOCS)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_the_test_that_is_named_exists(file, name):
    tree = ast.parse((ROOT / "tests" / file).read_text())
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_threat_is_held_by_a_test():
    threats = [line for line in DOCS.splitlines() if line.startswith("| ")][2:]
    assert len(threats) >= 15
    assert [line for line in threats if "::test_" not in line.rsplit("|", 2)[1]] == []
