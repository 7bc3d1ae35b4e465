"""Deny by default: a route without a declaration answers nobody.

A view says `@requires(Permission.X)` or `@public`. Routes that libraries bring are declared
by endpoint with `declare`. A test walks every route and fails for one that says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from moderation.web.permissions import Permission, Role, allows

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"
Declaration = Permission | str


def public(view: View) -> View:
    """Anyone may open this view."""
    cast(Any, view).permission = PUBLIC
    return view


def requires(permission: Permission) -> Callable[[View], View]:
    """Only who holds `permission` may open this view."""

    def mark(view: View) -> View:
        cast(Any, view).permission = permission
        return view

    return mark


def declare(app: Flask, declarations: dict[str, Declaration]) -> None:
    """Declare routes that a library brings, by endpoint."""
    app.extensions.setdefault("guard", {}).update(declarations)


def declared(app: Flask, endpoint: str) -> Declaration | None:
    """What the route at `endpoint` declared, or None."""
    if endpoint in app.extensions.get("guard", {}):
        return cast(Declaration, app.extensions["guard"][endpoint])
    return cast(Declaration | None, getattr(app.view_functions.get(endpoint), "permission", None))


def can(permission: str) -> bool:
    """Whether the person at the other end holds `permission`."""
    return allows(current_role(), Permission(permission))


def current_role() -> Role | None:
    """The signed-in person's role, or None."""
    return current_user.role if current_user.is_authenticated else None


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such route: Flask answers 404 or 405
    declaration = declared(current_app, request.endpoint)
    if declaration == PUBLIC:
        return None
    if declaration is None:
        current_app.logger.error("undeclared_route", extra={"endpoint": request.endpoint})
        abort(403)
    if not current_user.is_authenticated:
        if request.method == "GET":
            return redirect(url_for("accounts.sign_in", next=_wanted()))
        abort(401)
    if not can(declaration):
        abort(403)
    return None


def _wanted() -> str:
    """The path that was asked for, with its query."""
    query = request.query_string.decode("utf-8", "replace")  # browsers may send raw bytes
    return f"{request.path}?{query}" if query else request.path


def init_app(app: Flask) -> None:
    """Stand before every request."""
    declare(app, {"static": PUBLIC})
    app.before_request(_guard)
    app.jinja_env.globals["can"] = can
