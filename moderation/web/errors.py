"""Error pages that say what happened and what to do."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Flask, current_app, g, request
from flask_limiter.errors import RateLimitExceeded
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from moderation.db import current_storage, db
from moderation.storage import DatabaseDamaged, DiskFull
from moderation.web.guard import declared
from moderation.web.limits import when_to_come_back
from moderation.web.pagination import BadCursor
from moderation.web.permissions import Permission

# The database is away, busy for too long, or all connections to it are in use.
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
# PostgreSQL's word for a question that took longer than it was given: only a search has a limit.
QUERY_CANCELED = "57014"
# Seconds after which a client may ask again: a database that is held, and one without room.
SOON, LATER = "10", "120"

# (title, what to do) for each status that a person may meet.
PAGES: dict[int, tuple[str, str]] = {
    400: ("That request could not be read", "Go back, reload the page and try again."),
    401: ("Please sign in", "Your session has ended. Sign in, then repeat what you did."),
    403: ("Not allowed", "Your account may not do this. Ask an admin if it should."),
    404: ("Nothing here", "The address is wrong, or what was here is gone."),
    405: ("Not that way", "This address does not take that kind of request."),
    409: ("Somebody was quicker", "Reload to see what stands now."),
    413: ("Too large", "Send something smaller: a comment has at most 10,000 characters."),
    415: ("Not that kind", "This address takes the form of its page and nothing else."),
    422: ("Not quite right", "Go back, look at what you filled in, and send it again."),
    429: ("Too many at once", "Wait a minute, then try again."),
    500: ("Our mistake", "It has been logged. What you sent before is safe; try again."),
    503: ("Not ready", "The site is busy or starting. Wait a moment, then try again."),
}


# For an address that names no place in a list: 400.
NO_SUCH_PAGE = ("No such page", "Its address is damaged: begin at the first page again.")

# For what is wrong with the storage: 503 all of it.
NO_ROOM = (
    "Read-only for now",
    "The site's disk is full, so nothing can be stored. What stands here is safe and can be read;"
    " try again in some minutes.",
)
DAMAGED = (
    "The site needs its operator",
    "Its database is damaged. Please tell whoever runs it: a backup has to be brought back.",
)


def error_page(
    status: int, detail: str | None = None, page: tuple[str, str] | None = None
) -> tuple[str, int]:
    """The page for a status, with the detail that the view gave, if any."""
    title, advice = page or PAGES.get(status, PAGES[500 if status >= 500 else 400])
    return render_alone(
        "errors/page.html",
        status=status,
        title=title,
        advice=advice,
        detail=detail,
        at_the_desk=isinstance(declared(current_app, request.endpoint or ""), Permission),
        request_id=g.get("request_id"),
    ), status


def render_alone(template: str, **values: Any) -> str:
    """Render without asking the database who is signed in: it may be what has failed."""
    values.setdefault("current_user", AnonymousUserMixin())
    return current_app.jinja_env.get_template(template).render(**values)


def forget_the_database(error: Exception) -> dict[str, str]:
    """Log that it is away, and drop what was begun in it. Returns headers: when to come back."""
    kinds: dict[type[Exception], str] = {DiskFull: "disk_full", DatabaseDamaged: "database_damaged"}
    current_app.logger.error(kinds.get(type(error), "database_unavailable"), exc_info=error)
    with suppress(*DATABASE_AWAY):
        db.session.rollback()
    return {"Retry-After": LATER if type(error) in kinds else SOON}


def database_away(error: Exception) -> tuple[str, int, dict[str, str]]:
    """The page for a database that does not answer in time, has no room, or is damaged."""
    if getattr(getattr(error, "orig", None), "sqlstate", None) == QUERY_CANCELED:
        db.session.rollback()
        said = (
            "These words are in too many comments to look through them all. Add a rarer word, or"
            " narrow the view."
        )
        return *error_page(422, said), {}
    headers = forget_the_database(error)
    if isinstance(error, DiskFull):
        return *error_page(503, "Nothing was changed.", NO_ROOM), headers
    if isinstance(error, DatabaseDamaged):
        return *error_page(503, page=DAMAGED), headers
    said = "The database did not answer in time. Nothing was changed."
    return *error_page(503, said), headers


def is_read_only() -> bool:
    """Whether every page should say that nothing can be written now."""
    return current_storage().is_full()


def init_app(app: Flask) -> None:
    """Answer every error with a page of our own."""
    app.jinja_env.globals["is_read_only"] = is_read_only

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> tuple[str, int, list[tuple[str, str]]]:
        stock = (type(error).description, HTTPException.description)
        # The limiter's own words are "10 per 1 minute", which is no sentence.
        own = error.description not in stock and not isinstance(error, RateLimitExceeded)
        body, status = error_page(error.code or 500, error.description if own else None)
        kept = ("allow", "retry-after", "location")
        headers = [(k, v) for k, v in error.get_headers() if k.lower() in kept]
        if isinstance(error, RateLimitExceeded):
            headers += when_to_come_back().items()
        return body, status, headers

    @app.errorhandler(CSRFError)
    def csrf_error(error: CSRFError) -> tuple[str, int]:
        return error_page(
            400, "The form was open too long, or came from elsewhere. Reload and send it again."
        )

    @app.errorhandler(BadCursor)
    def bad_cursor(error: BadCursor) -> tuple[str, int]:
        return error_page(400, page=NO_SUCH_PAGE)

    for kind in DATABASE_AWAY:
        app.register_error_handler(kind, database_away)

    @app.errorhandler(500)
    def our_mistake(error: Exception) -> tuple[str, int]:
        return error_page(500)
