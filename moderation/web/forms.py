"""The base of the site's forms."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_wtf import FlaskForm


class Form(FlaskForm):
    """A form that reads what a browser's form sends, and nothing else.

    Left to itself, Flask-WTF would also take JSON, and a file in the place of a text.
    """

    def __init__(self, **values: Any) -> None:
        sent = request.form if request.method == "POST" else None
        super().__init__(formdata=sent, **values)
