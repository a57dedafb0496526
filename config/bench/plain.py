"""The server that one would write first, to measure beside ours: each open wall subscribes by itself.

It is given every advantage: the same program with the same care for its memory, what it sends comes to it
rendered, it asks nobody what they may see, and it makes up for nothing that a wall missed.

    python -m uvicorn config.bench.plain:application
"""

from collections.abc import AsyncIterator

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import path
from redis.asyncio import Redis

from config.asgi import application
from config.bench.streams import PLAIN_CHANNEL
from dashboard.frames import frame
from hospital.access import Permission, allow

__all__ = ["application"]
settings.ROOT_URLCONF = __name__


@allow(Permission.PUBLIC)
async def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(told(), content_type="text/event-stream")


async def told() -> AsyncIterator[bytes]:
    redis = Redis.from_url(settings.REDIS_URL, socket_timeout=None)
    async with redis, redis.pubsub() as pubsub:
        await pubsub.subscribe(PLAIN_CHANNEL)
        yield frame("heartbeat")
        async for message in pubsub.listen():
            if message["type"] == "message":
                yield message["data"]


urlpatterns = [path("wall/stream/", stream)]
