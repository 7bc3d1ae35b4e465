"""What every template may use: hashed asset addresses and readable times."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from flask import Flask, url_for

from moderation.db import now

SEVERITIES = (0.3, 0.6, 0.75, 0.9)
"""The scores above which another colour begins."""


def ago(moment: datetime) -> str:
    """How long ago `moment` was, in the words of a busy person: '12 min ago'."""
    seconds = (now() - moment).total_seconds()
    return f"{_span(seconds)} ago" if seconds >= 5 else "just now"


def time_left(moment: datetime) -> str:
    """How long it is until `moment`, or since: '2 h left', '40 min over'."""
    seconds = (moment - now()).total_seconds()
    return f"{_span(seconds)} left" if seconds >= 0 else f"{_span(-seconds)} over"


def is_past(moment: datetime) -> bool:
    """Whether `moment` is over."""
    return moment < now()


def _span(seconds: float) -> str:
    """A length of time in its largest whole unit."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"


def datetime_full(moment: datetime) -> str:
    """The moment to the minute, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def page_title(key: str) -> str:
    """A page's key as people read it: 'bike-lanes' is 'Bike lanes'."""
    words = key.replace("-", " ").replace("_", " ").strip() or key
    return words[:1].upper() + words[1:]


def label_name(label: str) -> str:
    """A class's name as people read it: 'severe_toxic' is 'severe toxic'."""
    return label.replace("_", " ")


def severity(score: float) -> int:
    """The colour that a score has, of five from calm to alarming: see docs/look.md."""
    return 1 + bisect_left(SEVERITIES, score)


def fingerprint(file: Path) -> str:
    """What changes with the content of one of our static files."""
    return _fingerprint(file, file.stat().st_mtime)


@cache
def _fingerprint(file: Path, changed: float) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def init_app(app: Flask, site_name: str) -> None:
    """Register the filters and globals."""
    folder = Path(app.static_folder or "")

    def static(path: str) -> str:
        """The address of one of our static files, which changes with its content."""
        return url_for("static", filename=path, v=fingerprint(folder / path))

    app.jinja_env.filters.update(
        ago=ago,
        time_left=time_left,
        is_past=is_past,
        datetime_full=datetime_full,
        page_title=page_title,
        label_name=label_name,
        severity=severity,
    )
    app.jinja_env.globals.update(static=static, site_name=site_name)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
