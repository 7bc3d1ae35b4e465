"""The base of every form."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict


class Form(FlaskForm):
    """A form that reads what forms send, and nothing else.

    Flask-WTF also reads a JSON body, and fails on one that is not an object; and it would put
    an uploaded file where a text should be.
    """

    class Meta(FlaskForm.Meta):
        """Where the values come from."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What the view passed (`formdata=request.args`), else the fields that were sent."""
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            return request.form if request.method == "POST" else None
