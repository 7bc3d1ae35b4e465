"""Error pages that say what happened and what to do."""

from __future__ import annotations

from flask import Flask, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from moderation.db import db
from moderation.web.pagination import BadCursor

# (title, what to do) for each status that a person may meet.
PAGES: dict[int, tuple[str, str]] = {
    400: ("That request could not be read", "Go back, reload the page and try again."),
    401: ("Please sign in", "Your session has ended. Sign in, then repeat what you did."),
    403: ("Not allowed", "Your account may not do this. Ask an admin if it should."),
    404: ("Nothing here", "The address is wrong, or what was here is gone."),
    405: ("Not that way", "This address does not take that kind of request."),
    409: ("Somebody was quicker", "Reload to see what stands now."),
    413: ("Too large", "Send something smaller: a comment has at most 10,000 characters."),
    429: ("Too many at once", "Wait a minute, then try again."),
    500: ("Our mistake", "It has been logged. What you sent before is safe; try again."),
    503: ("Not ready", "The site is busy or starting. Wait a moment, then try again."),
}


def error_page(status: int, detail: str | None = None) -> tuple[str, int]:
    """The page for a status, with the detail that the view gave, if any."""
    title, advice = PAGES.get(status, PAGES[500 if status >= 500 else 400])
    return render_template(
        "errors/page.html", status=status, title=title, advice=advice, detail=detail
    ), status


def init_app(app: Flask) -> None:
    """Answer every error with a page of our own."""

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> tuple[str, int, list[tuple[str, str]]]:
        stock = type(error).description
        detail = error.description if error.description != stock else None
        body, status = error_page(error.code or 500, detail)
        kept = ("allow", "retry-after", "location")
        headers = [(k, v) for k, v in error.get_headers() if k.lower() in kept]
        return body, status, headers

    @app.errorhandler(CSRFError)
    def csrf_error(error: CSRFError) -> tuple[str, int]:
        return error_page(
            400, "The form was open too long, or came from elsewhere. Reload and send it again."
        )

    @app.errorhandler(BadCursor)
    def bad_cursor(error: BadCursor) -> tuple[str, int]:
        return error_page(400, str(error))

    @app.errorhandler(OperationalError)
    def database_busy(error: OperationalError) -> tuple[str, int]:
        db.session.rollback()
        app.logger.error("database_unavailable", exc_info=error)
        return error_page(503, "The database did not answer in time. Nothing was changed.")

    @app.errorhandler(500)
    def our_mistake(error: Exception) -> tuple[str, int]:
        return error_page(500)
