"""The names under which the site answers.

A request may claim any name, and links are made from it: a stranger's name in a reset link would
hand the link to the stranger. Health is asked by address, so those views answer under any name.
"""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, abort, current_app, request
from werkzeug.sansio.utils import host_is_trusted

from moderation.settings import Settings
from moderation.web.guard import View


def under_any_name(view: View) -> View:
    """This view makes no links, and is asked by those who know only the machine's address."""
    cast(Any, view).under_any_name = True
    return view


def init_app(app: Flask, settings: Settings) -> None:
    """Answer 400 under a name that is not ours."""
    hosts = [host.lower() for host in settings.hosts]

    @app.before_request
    def refuse_other_names() -> None:
        view = current_app.view_functions.get(request.endpoint or "")
        if getattr(view, "under_any_name", False):
            return
        if not host_is_trusted(request.host.lower(), hosts):
            abort(400, "This site does not answer under that name. Check the address.")
