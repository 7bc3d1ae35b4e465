"""Note how each job of the worker went: doctor, /metrics and the alerts read it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from moderation.db import now, writing
from moderation.operations.tables import JobRun

log = structlog.get_logger()


@contextmanager
def noted(job: str) -> Iterator[None]:
    """Around one run of `job`: its name and a number stand in every line it logs.

    What it raises goes on, after it has been noted.
    """
    with structlog.contextvars.bound_contextvars(job=job, run=secrets.token_hex(6)):
        began = time.perf_counter()
        try:
            yield
        except Exception as error:
            _note(job, time.perf_counter() - began, error)
            raise
        _note(job, time.perf_counter() - began, None)


def _note(job: str, seconds: float, error: Exception | None) -> None:
    """Keep how it went. A job that did its work has not failed because this could not be kept."""
    try:
        with writing() as session:
            run = session.get(JobRun, job, with_for_update=True)
            if run is None:
                run = JobRun(job=job, runs=0, failures=0)
                session.add(run)
            run.runs += 1
            run.failures += error is not None
            run.ended_at = now()
            run.seconds = seconds
            run.error = type(error).__name__[:100] if error else None
            if error is None:
                run.succeeded_at = run.ended_at
    except SQLAlchemyError as why:
        log.warning("job_not_noted", error=type(why).__name__)
