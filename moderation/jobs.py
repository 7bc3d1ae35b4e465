"""What runs later, in the worker (`flask worker`): Huey, on SQLite or on Redis.

Messages are JSON and carry numbers only. Huey's own way is to pickle them, which would run
whatever a broken-into queue holds.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.registry import Message
from huey.serializer import Serializer
from redis.exceptions import RedisError

from moderation.comments.submit import left_unscored, rescore
from moderation.db import alone, now
from moderation.integrations.cloudwatch import send_use
from moderation.integrations.deliver import deliver_due
from moderation.integrations.digest import send_digests
from moderation.operations.backup import back_up, drop_old
from moderation.operations.damage import Damaged, is_damage, look_for_damage
from moderation.operations.job_runs import noted
from moderation.operations.retention import erase_old
from moderation.quality.draw import draw_looks
from moderation.redis_pool import redis_pool
from moderation.review.near import index_new
from moderation.scoring.scorer import Scorer
from moderation.scoring.serving import current_scorer, let_scorer_go
from moderation.settings import Settings

log = structlog.get_logger()


class JsonSerializer(Serializer):
    """Messages as JSON."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data._asdict() if isinstance(data, Message) else data).encode()

    def _deserialize(self, data: bytes) -> Any:
        plain = json.loads(data)
        return Message(**plain) if isinstance(plain, dict) and "name" in plain else plain


class SharedHuey(RedisHuey):
    """The queue in Redis. Whichever of its workers is first brings in what a minute has to do."""

    def read_periodic(self, timestamp: datetime | None) -> Sequence[Any]:
        """The jobs of this minute that no other worker has brought in."""
        due = timestamp or now()
        try:
            return [task for task in super().read_periodic(timestamp) if self._is_first(task, due)]
        except RedisError as error:  # the next minute looks again
            log.warning("queue_unreachable", error=type(error).__name__)
            return []

    def _is_first(self, task: Any, due: datetime) -> bool:
        key = f"{self.name}.brought.{task.name}.{due:%Y%m%d%H%M}"
        return bool(self.storage.conn.set(key, 1, nx=True, ex=3600))


class LocalHuey(SqliteHuey):
    """The queue in a file beside the database."""

    def dequeue(self) -> Any:
        """The next job. A file that was damaged ends the worker: the next start mends it."""
        try:
            return super().dequeue()
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                log.error("queue_damaged")
                os.kill(os.getpid(), signal.SIGINT)
            raise


def put_aside_if_damaged(queue: Path) -> None:
    """Begin with an empty queue where it is damaged: each minute brings in what is to do."""
    try:
        look_for_damage(queue)
    except Damaged:
        log.warning("queue_damaged", kept=f"{queue.name}.damaged")
        for end in ("-wal", "-shm"):
            queue.with_name(queue.name + end).unlink(missing_ok=True)
        queue.replace(queue.with_name(queue.name + ".damaged"))


def make_huey(app: Flask, settings: Settings) -> Huey:
    """The queue, with everything that runs in it registered."""
    options: dict[str, Any] = {"serializer": JsonSerializer(), "utc": True}
    if settings.redis_url:
        huey = SharedHuey("evenkeel", connection_pool=redis_pool(settings), **options)
    else:
        settings.instance.mkdir(parents=True, exist_ok=True)
        put_aside_if_damaged(settings.jobs)
        huey = LocalHuey("evenkeel", filename=str(settings.jobs), **options)

    def run(when: Callable[[datetime], bool], job: Callable[[], object]) -> None:
        """Run a job at its times, never twice at once: one that takes long is not joined."""

        def run_alone() -> None:
            with app.app_context(), alone(job.__name__, wait=False) as ours:
                if ours:
                    with noted(job.__name__):
                        job()

        huey.periodic_task(when, name=job.__name__)(run_alone)

    def deliver_what_is_due() -> None:
        deliver_due(settings)

    def pile_up_what_is_alike() -> None:
        index_new(decided_since=now() - timedelta(days=1))

    def erase_what_is_kept_no_longer() -> None:
        if erased := erase_old():
            log.info("erased", comments=erased)

    def mail_what_waits() -> None:
        send_digests(settings)

    def tell_how_full_the_machine_is() -> None:
        send_use(settings.cloudwatch_namespace, settings.instance)

    def back_up_for_the_night() -> None:
        folder = Path(settings.backup_folder)
        made = back_up(settings, folder)
        log.info("backed_up", bytes=made.bytes, dropped=drop_old(folder))

    each_minute = crontab(minute="*")
    for job in (rescore_if_able, deliver_what_is_due, draw_looks, pile_up_what_is_alike):
        run(each_minute, job)
    run(crontab(hour="4", minute="7"), erase_what_is_kept_no_longer)
    run(crontab(hour="7", minute="0"), mail_what_waits)
    if settings.cloudwatch_namespace:
        run(each_minute, tell_how_full_the_machine_is)
    if settings.backup_folder:
        run(crontab(hour="3", minute="17"), back_up_for_the_night)
    return huey


def rescore_if_able() -> int:
    """Rescore what is left unscored, if the scorer works at all. Returns how many it settled.

    The network is loaded while there is something to score, no longer: it takes 40 MB.
    """
    if not left_unscored(limit=1):
        return 0
    try:
        settled = rescore(scorer) if (scorer := _working_scorer()) else 0
    finally:
        let_scorer_go()
    if settled:
        log.info("rescored", comments=settled)
    return settled


def _working_scorer() -> Scorer | None:
    """The scorer, if it scores a plain sentence: else to ask would only use up tries."""
    try:
        scorer = current_scorer()
        scorer.score(["good morning"])
    except Exception as error:  # whatever it is, the next minute asks again
        log.warning("scorer_down", error=type(error).__name__)
        return None
    return scorer
