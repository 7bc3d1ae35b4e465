"""Structured logs with a request number and no comment text.

The number is the proxy's, where one is trusted and sends `X-Request-ID`, or made here; the answer
carries it, so that what a person reports can be found.

One JSON object a line, or columns for human eyes where standard error is a terminal.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

from moderation import metrics

REQUEST_ID = "X-Request-ID"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def init_app(app: Flask, level: str, *, trust_proxy: bool) -> None:
    """Log every request, and everything else, on standard error."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _trace_without_values,
                structlog.dev.ConsoleRenderer()
                if sys.stderr.isatty()
                else structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [h for h in root.handlers if not getattr(h, "evenkeel", False)]
    handler.evenkeel = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(level)
    for chatty in ("alembic", "huey"):
        logging.getLogger(chatty).setLevel(logging.WARNING)

    log = structlog.get_logger("request")

    def log_exception(info: Any) -> None:
        """Flask's own line would name the address, and with it secret links."""
        log.error("unhandled_exception", route=str(request.url_rule or "-"), exc_info=info)

    app.log_exception = log_exception  # type: ignore[method-assign, assignment]

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        g.request_id = _request_id(trust_proxy)
        structlog.contextvars.bind_contextvars(request=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers[REQUEST_ID] = g.request_id
        seconds = time.perf_counter() - g.started
        # The route, not the address: addresses hold search words and secret links.
        route, status = str(request.url_rule or "-"), response.status_code
        metrics.count(metrics.requests, _method(), route, str(status))
        metrics.observe(metrics.request_seconds, seconds, route, f"{status // 100}xx")
        if request.endpoint != "static":
            log.info(
                "request",
                method=request.method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
            )
        return response


def _method() -> str:
    """The method, if it is one that HTTP knows: a stranger's invention is no label."""
    return request.method if request.method in METHODS else "other"


def _request_id(trust_proxy: bool) -> str:
    """The trusted proxy's number of this request, if it looks like one; else one of our own."""
    given = request.headers.get(REQUEST_ID, "") if trust_proxy else ""
    return given if re.fullmatch(r"[A-Za-z0-9._-]{8,64}", given) else secrets.token_hex(6)


def _trace_without_values(
    _: object, __: str, event: structlog.types.EventDict
) -> structlog.types.EventDict:
    """Keep an exception's type and the places it passed, never its message.

    Database errors quote the values they failed on: the comment itself.
    """
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info and info[0] is not None:
        event["exception"] = info[0].__name__
        places, trace = [], info[2]
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        event["trace"] = places[-12:]
    return event
