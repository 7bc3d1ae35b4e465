"""What runs later, in the worker (`flask worker`): Huey, on SQLite or on Redis.

Messages are JSON and carry numbers only. Huey's own way is to pickle them, which would run
whatever a broken-into queue holds.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.registry import Message
from huey.serializer import Serializer

from moderation.comments.submit import rescore
from moderation.db import now
from moderation.integrations.cloudwatch import send_use
from moderation.integrations.deliver import deliver_due
from moderation.integrations.digest import send_digests
from moderation.operations.backup import back_up, drop_old
from moderation.operations.retention import erase_old
from moderation.quality.draw import draw_looks
from moderation.review.near import index_new
from moderation.scoring.scorer import Scorer
from moderation.scoring.serving import current_scorer
from moderation.settings import Settings

log = structlog.get_logger()


class JsonSerializer(Serializer):
    """Messages as JSON."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data._asdict() if isinstance(data, Message) else data).encode()

    def _deserialize(self, data: bytes) -> Any:
        plain = json.loads(data)
        return Message(**plain) if isinstance(plain, dict) and "name" in plain else plain


def make_huey(app: Flask, settings: Settings) -> Huey:
    """The queue, with everything that runs in it registered."""
    options: dict[str, Any] = {"serializer": JsonSerializer(), "utc": True}
    if settings.redis_url:
        huey = RedisHuey("evenkeel", url=settings.redis_url, **options)
    else:
        settings.instance.mkdir(parents=True, exist_ok=True)
        huey = SqliteHuey("evenkeel", filename=str(settings.instance / "jobs.sqlite"), **options)

    @huey.periodic_task(crontab(minute="*"))
    def rescore_the_unscored() -> None:
        with app.app_context():
            rescore_if_able()

    @huey.periodic_task(crontab(minute="*"))
    def deliver_what_is_due() -> None:
        with app.app_context():
            deliver_due(settings)

    @huey.periodic_task(crontab(minute="*"))
    def draw_what_is_looked_at_blind() -> None:
        with app.app_context():
            draw_looks()

    @huey.periodic_task(crontab(minute="*"))
    def pile_up_what_is_alike() -> None:
        with app.app_context():
            index_new(decided_since=now() - timedelta(days=1))

    @huey.periodic_task(crontab(hour="4", minute="7"))
    def erase_what_is_kept_no_longer() -> None:
        with app.app_context():
            if erased := erase_old():
                log.info("erased", comments=erased)

    @huey.periodic_task(crontab(hour="7", minute="0"))
    def mail_what_waits() -> None:
        with app.app_context():
            send_digests(settings)

    if settings.cloudwatch_namespace:

        @huey.periodic_task(crontab(minute="*"))
        def tell_how_full_the_machine_is() -> None:
            send_use(settings.cloudwatch_namespace, settings.instance)

    if settings.backup_folder:

        @huey.periodic_task(crontab(hour="3", minute="17"))
        def back_up_for_the_night() -> None:
            folder = Path(settings.backup_folder)
            made = back_up(settings, folder)
            log.info("backed_up", bytes=made.bytes, dropped=drop_old(folder))

    return huey


def rescore_if_able() -> int:
    """Rescore what is left unscored, if the scorer works at all. Returns how many it settled."""
    try:
        scorer = current_scorer()
        _probe(scorer)
    except Exception as error:  # down: asking about comments would only use up their tries
        log.warning("scorer_down", error=type(error).__name__)
        return 0
    settled = rescore(scorer)
    if settled:
        log.info("rescored", comments=settled)
    return settled


def _probe(scorer: Scorer) -> None:
    """Raise unless the scorer scores a plain sentence."""
    scorer.score(["good morning"])
