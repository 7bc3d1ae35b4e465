"""`flask serve`: prepare the site and serve it, in one process start."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from typing import Any

import structlog
from flask import Flask
from gunicorn.app.base import Application
from gunicorn.workers.gthread import ThreadWorker

from moderation.db import db
from moderation.scoring.serving import scorer_is_stuck
from moderation.settings import ROOT

CONFIG = ROOT / "deploy" / "gunicorn.conf.py"

READ_WITHIN = 20  # seconds

log = structlog.get_logger()


class Worker(ThreadWorker):
    """A threaded worker that waits no longer than READ_WITHIN for a request to be there in full.

    gunicorn's own waits for ever once the first byte has come, so that as many slow clients as
    there are threads would silence the site. Behind nginx, which passes on whole requests only,
    nobody ever comes to that.
    """

    alive: bool

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._reading: dict[Any, float] = {}

    def handle(self, conn: Any) -> Any:
        """Answer one request, in a thread of the pool."""
        self._reading[conn] = time.monotonic() + READ_WITHIN
        try:
            return super().handle(conn)
        finally:
            self._reading.pop(conn, None)

    def murder_pending(self) -> None:
        """Once a second: cut off what has come too slowly, though an answer in the making still
        leaves; and end where the scorer hangs, so that the next worker scores again."""
        super().murder_pending()
        if self.alive and scorer_is_stuck(self.wsgi):
            log.error("scorer_stuck")
            self.alive = False
        for conn, until in list(self._reading.items()):
            if until < time.monotonic():
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)


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
