"""What the tests of the whole site share."""

import io
import logging

import pytest


@pytest.fixture
def logged(app):
    """What our own log handlers write from now on."""
    stream = io.StringIO()
    ours = [h for h in logging.getLogger().handlers if getattr(h, "evenkeel", False)]
    assert ours, "the application logs nothing"
    for handler in ours:
        handler.setStream(stream)
    yield stream.getvalue
    stream.close()


@pytest.fixture
def probe(app):
    """Add a page that runs a function: what may go wrong in a view, goes wrong there."""

    def add(view, address="/probe", methods=("GET", "POST")):
        view.permission = "public"
        app.add_url_rule(address, address, view, methods=methods)
        return address

    return add
