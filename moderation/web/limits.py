"""Rate limits by address.

Each worker counts for itself unless Redis is there: good enough against floods. What must be
exact, such as wrong passwords, is counted in the database.
"""

from __future__ import annotations

import time
from contextlib import suppress
from math import ceil

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from redis.exceptions import RedisError

from moderation.redis_pool import redis_pool
from moderation.settings import Settings

limiter = Limiter(get_remote_address, strategy="moving-window")


def init_app(app: Flask, settings: Settings) -> None:
    """Count in Redis if there is one, falling back to memory while it is away."""
    app.config["RATELIMIT_STORAGE_URI"] = "memory://"
    if settings.redis_url:
        app.config["RATELIMIT_STORAGE_URI"] = "redis://"
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {"connection_pool": redis_pool(settings)}
        app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    limiter.init_app(app)


def when_to_come_back() -> dict[str, str]:
    """The header for who came too often: in how many seconds there is room again.

    Flask-Limiter's own headers would stand on every answer of a limited route, and put the end of
    the limit's window in the place of what a 503 says about itself.
    """
    hit = limiter.current_limit
    with suppress(RedisError):  # gone since the limit was hit
        return {"Retry-After": str(max(1, ceil(hit.reset_at - time.time())))} if hit else {}
    return {}
