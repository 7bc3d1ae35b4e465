"""Writing a comment as a person does: open the page, fill in the form, send it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.page import read


@pytest.fixture
def write(client: FlaskClient) -> Callable[..., TestResponse]:
    """Open a page, change some of the form's fields, and send it."""

    def send(address: str = "/", *, by: FlaskClient = client, **fields: str) -> TestResponse:
        form = read(by.get(address)).fields()
        filled = form | {"name": "Tess", "text": "A kind word"} | fields
        return by.post(address, data=filled)

    return send
