"""What an admin may set about the desk, beside the thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from moderation.audit.record import Actor, record
from moderation.db import db, now, writing
from moderation.policy.tables import Option

LEAST_DAYS_KEPT = 30


class OptionError(ValueError):
    """A value that an option cannot have; the message says which ones it can."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


def option(default: int, least: int, most: int) -> Any:
    """Declare an option: its default and the range that makes sense."""
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True)
class DeskOptions:
    """The options of the desk. Raises OptionError for a value out of its range."""

    # Seconds that a mail or webhook waits, so that an undo leaves nothing to call back.
    undo_seconds: int = option(10, 0, 3600)
    # Minutes after which a claim lapses unless its page is still open.
    claim_minutes: int = option(5, 1, 120)
    # The service-level clock: hours until a comment should be decided, by its worst score.
    hours_worst: int = option(1, 1, 720)  # from 0.9 on
    hours_high: int = option(4, 1, 720)  # from 0.7 on
    hours_rest: int = option(24, 1, 720)
    # Blind looks: of a hundred decisions so many go to a second person, of ten thousand comments
    # that the model published so many to one, and after so many decisions (0: never) comes one
    # whose answer is known.
    second_looks_percent: int = option(5, 0, 100)
    samples_per_10000: int = option(100, 0, 10_000)
    golden_every: int = option(50, 0, 10_000)
    # Days after which what was rejected or removed loses its text and its author (0: never).
    erase_after_days: int = option(0, 0, 3650)

    def __post_init__(self) -> None:
        for f in fields(self):
            least, most = f.metadata["least"], f.metadata["most"]
            if not least <= getattr(self, f.name) <= most:
                raise OptionError(f.name, f"from {least} to {most}")
        # Blind looks at a decision, and disagreements about it, come up for so long.
        if 0 < self.erase_after_days < LEAST_DAYS_KEPT:
            raise OptionError("erase_after_days", f"0 for never, else at least {LEAST_DAYS_KEPT}")

    @property
    def undo_time(self) -> timedelta:
        """How long an effect waits."""
        return timedelta(seconds=self.undo_seconds)


def current_options() -> DeskOptions:
    """The options as they are set now."""
    known = {f.name for f in fields(DeskOptions)}
    rows = db.session.execute(select(Option.name, Option.value)).all()
    return DeskOptions(**{name: value for name, value in rows if name in known})


def save_options(changes: Mapping[str, Any], by: Actor) -> DeskOptions:
    """Set some options, each change with an audit event. Raises OptionError, and sets nothing."""
    with writing() as session:
        before = current_options()
        after = replace(before, **changes)
        for name, value in asdict(after).items():
            old = getattr(before, name)
            if value == old:
                continue
            row = session.get(Option, name) or Option(name=name)
            row.value, row.changed_at, row.changed_by = value, now(), by.name
            session.add(row)
            record("option.changed", by, ("option", name), before=str(old), after=str(value))
    return after
