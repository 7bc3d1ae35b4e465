"""Evenkeel: a comment-moderation dashboard. `create_app` makes the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from moderation.scoring.scorer import Scorer
    from moderation.settings import Settings


def create_app(settings: Settings | None = None, scorer: Scorer | None = None) -> Flask:
    """What `moderation.app` wires, loaded when it is asked for.

    A process that only scores takes nothing of the site along: 103 MB instead of 169.
    """
    from moderation.app import create_app as wired

    return wired(settings, scorer)
