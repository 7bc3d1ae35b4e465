"""How the worker's jobs went is kept, in the database and in every line they log."""

import pytest
import structlog
from sqlalchemy import text

from moderation.db import db
from moderation.operations.job_runs import noted
from moderation.operations.tables import JobRun


def run(job, error=None):
    with noted(job):
        if error:
            raise error


def last(job):
    db.session.rollback()
    return db.session.get_one(JobRun, job)


def test_a_run_that_succeeds_is_counted_with_its_moment(app):
    run("sweep")
    run("sweep")
    kept = last("sweep")
    assert (kept.runs, kept.failures, kept.error) == (2, 0, None)
    assert kept.succeeded_at == kept.ended_at
    assert kept.seconds >= 0


def test_a_failure_is_counted_by_its_kind_and_goes_on_to_the_queue(app):
    run("sweep")
    succeeded = last("sweep").succeeded_at
    with pytest.raises(ValueError, match="words of a comment"):
        run("sweep", ValueError("words of a comment"))
    kept = last("sweep")
    assert (kept.runs, kept.failures, kept.error) == (2, 1, "ValueError")
    assert kept.succeeded_at == succeeded
    run("sweep")
    assert last("sweep").error is None


def test_a_job_that_did_its_work_does_not_fail_because_nothing_can_be_noted(app):
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE job_runs RENAME TO gone"))
    done = []
    with noted("sweep"):
        done.append("its work")
    assert done
    with pytest.raises(ValueError, match="words"), noted("sweep"):
        raise ValueError("words")


def test_each_line_that_a_job_logs_carries_its_name_and_a_number(app):
    with noted("sweep"):
        bound = structlog.contextvars.get_contextvars()
    assert bound["job"] == "sweep"
    assert len(bound["run"]) == 12
    assert "job" not in structlog.contextvars.get_contextvars()
