"""`flask serve`: prepare the site and serve it, in one process start."""

from __future__ import annotations

from flask import Flask
from gunicorn.app.base import Application

from moderation.db import db
from moderation.settings import ROOT

CONFIG = ROOT / "deploy" / "gunicorn.conf.py"


class Web(Application):
    """gunicorn around an application that is loaded already, so that it is loaded once."""

    def __init__(self, app: Flask, bind: str) -> None:
        self.app = app
        self.bind = bind
        super().__init__()

    def load_config(self) -> None:
        """Read the same file as `gunicorn --config` would."""
        self.load_config_from_file(str(CONFIG))
        self.cfg.set("bind", self.bind)

    def load(self) -> Flask:
        """The application."""
        return self.app


def serve(app: Flask, bind: str) -> None:
    """Serve until a signal ends it. Database connections are left behind at the fork."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    Web(app, bind).run()
