"""The site's own processes, over an instance folder of their own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.soak.stack import Stack
from tests.ports import free_port

FIXED = "tests.faults.site:app"  # with a scorer that dies of a word


@pytest.fixture
def stack(sqlite_template: Path, tmp_path: Path) -> Iterator[Callable[..., Stack]]:
    """Make a stack on a prepared database; ended with the test."""
    made: list[Stack] = []

    def make(app: str = FIXED, **environ: str) -> Stack:
        shutil.copy(sqlite_template, tmp_path / "evenkeel.sqlite")
        made.append(Stack(tmp_path, free_port(), app, **environ))
        return made[-1]

    yield make
    for each in made:
        each.stop()
