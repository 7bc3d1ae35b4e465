"""Redis: what several machines share beside the database. Nothing is lost when it is away."""

from __future__ import annotations

from redis import ConnectionPool

from moderation.settings import Settings

# Seconds. Whoever asks goes on without Redis rather than wait for it. The worker's queue waits
# one second for a message, so an answer may take longer than that.
CONNECT_TIMEOUT = 1.0
ANSWER_TIMEOUT = 3.0


def redis_pool(settings: Settings) -> ConnectionPool:
    """Connections to the Redis of the settings, which must name one."""
    return ConnectionPool.from_url(
        settings.redis_url,
        socket_connect_timeout=CONNECT_TIMEOUT,
        socket_timeout=ANSWER_TIMEOUT,
    )
