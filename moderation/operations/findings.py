"""What the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and what to do about it, if anything."""

    what: str
    level: Level
    said: str
    do: str = ""


def ok(what: str, said: str) -> Finding:
    """It is as it should be."""
    return Finding(what, Level.OK, said)


def warning(what: str, said: str, do: str) -> Finding:
    """It serves, and should be otherwise."""
    return Finding(what, Level.WARNING, said, do)


def problem(what: str, said: str, do: str) -> Finding:
    """Something does not work, or is not safe."""
    return Finding(what, Level.PROBLEM, said, do)
