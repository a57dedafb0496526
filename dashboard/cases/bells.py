"""The bells of one open desk: that cases changed, or who is at them. They say nothing else.

What is stale is then fetched with an ordinary, permission-checked GET. At most one of each a second.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from time import monotonic

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from dashboard.frames import CLOSING, frame, retry
from dashboard.hub import Client, hub, reading
from dashboard.stream import HEARTBEAT_SECONDS, RETRY_MILLISECONDS, key_of, next_check, session_of, waiting
from hospital.access import Permission, Reach, allow

AT_MOST_EVERY_SECONDS = 1.0
BELLS = {frame("bell", name): frame(name) for name in ("cases", "eyes")}
"""As the hub has them, and as an event of its own each, which is what a page waits for."""


@allow(Permission.SEE_CASES)
@require_GET
async def bells(request: HttpRequest) -> StreamingHttpResponse:
    session_key = await sync_to_async(key_of)(request)
    return StreamingHttpResponse(
        rings(session_key),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache, no-store", "X-Accel-Buffering": "no"},
    )


@allow(Permission.SEE_CASES)
@require_GET
def rung(request: HttpRequest) -> HttpResponse:
    """Turns the bell of the stream into the event that the parts of the page wait for."""
    return HttpResponse(headers={"HX-Trigger": "cases-changed"})


async def rings(session_key: str) -> AsyncIterator[bytes]:
    yield retry(random.randint(*RETRY_MILLISECONDS))  # noqa: S311
    center = hub()
    client = await center.join()
    try:
        async for chunk in live(client, session_key):
            yield chunk
    finally:
        center.leave(client)


async def live(client: Client, session_key: str) -> AsyncIterator[bytes]:
    check_at = next_check()
    while not client.is_lost:
        items = await waiting(client, HEARTBEAT_SECONDS)
        if monotonic() >= check_at:
            if not await may_go_on(session_key):
                yield frame("ended")
                return
            check_at = next_check()
        rung_now = {BELLS[item] for item in items if isinstance(item, bytes) and item in BELLS}
        if rung_now or not items:
            yield b"".join(sorted(rung_now)) or b": quiet\n\n"
        if CLOSING in items:
            return
        await asyncio.sleep(AT_MOST_EVERY_SECONDS)


async def may_go_on(session_key: str) -> bool:
    try:
        return await reading(may_see_cases, session_key)
    except DatabaseError:
        # No answer is not a no.
        return True


def may_see_cases(session_key: str) -> bool:
    return Reach(get_user(session_of(session_key))).can(Permission.SEE_CASES)
