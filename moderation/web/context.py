"""The running application's settings, for views and commands."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from moderation.settings import Settings

KEY = "EVENKEEL"


def init_app(app: Flask, settings: Settings) -> None:
    """Keep the settings with the application."""
    app.config[KEY] = settings


def current_settings() -> Settings:
    """The settings of the application at work."""
    return cast(Settings, current_app.config[KEY])
