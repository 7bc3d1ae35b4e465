"""The site's own processes, over an instance folder of their own."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.soak.stack import Stack

FIXED = "tests.faults.site:app"  # with a scorer that dies of a word


@pytest.fixture
def stack(sqlite_template: Path, tmp_path: Path) -> Iterator[Callable[..., Stack]]:
    """Make a stack on a prepared database; ended with the test."""
    made: list[Stack] = []

    def make(app: str = FIXED, **environ: str) -> Stack:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        shutil.copy(sqlite_template, tmp_path / "evenkeel.sqlite")
        made.append(Stack(tmp_path, port, app, **environ))
        return made[-1]

    yield make
    for each in made:
        each.stop()
