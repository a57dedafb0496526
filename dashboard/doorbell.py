"""Rings at the open walls.

A bell that is not heard costs seconds, never a mention: walls also look by themselves.
"""

import functools
import json
import logging
from typing import Any

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

CHANNEL = "wall"
CLOSE = b"__close__"
"""Sent before the web server stops, so that open streams do not keep it from stopping."""


@functools.cache
def client(url: str) -> Redis:
    # Whoever rings has work to do: it must not wait for a broker that hangs.
    return Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)


def ring(*names: str) -> None:
    """Says which parts of a screen are stale; never raises."""
    publish(json.dumps(names).encode())


def close_streams() -> None:
    publish(CLOSE)


def publish(message: bytes) -> None:
    if not settings.REDIS_URL:
        return
    try:
        client(settings.REDIS_URL).publish(CHANNEL, message)
    except (RedisError, OSError) as error:
        logger.warning("The wall's bell was not rung: %s", type(error).__name__)


def ring_for_mentions(**kwargs: Any) -> None:
    ring("mentions")


def ring_for_cases(**kwargs: Any) -> None:
    ring("cases")


def ring_for_services(**kwargs: Any) -> None:
    ring("operations")


def ring_for_presence(**kwargs: Any) -> None:
    ring("eyes")


def ring_for_operations(**kwargs: Any) -> None:
    ring("operations")
