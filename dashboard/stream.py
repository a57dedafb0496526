"""The event stream of one open wall.

`mention` carries a card, `gone` and `drop` what stands where one was, `bell` the name of a stale
part, `heartbeat` the server's time, `reset` that too much was missed, `ended` that there is no more right to
look, `close` that the server stops. Every id says: all up to here has been sent.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib import import_module
from time import monotonic

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import Error as DatabaseError
from django.db import connections
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from dashboard import choices
from dashboard.arrivals import Arrival
from dashboard.frames import CLOSING, frame, retry
from dashboard.hub import Client, Hub, hub, reading
from dashboard.wall_filters import WallFilter
from hospital.access import Permission, Reach, allow, reach_of
from listening import wall_sequence

HEARTBEAT_SECONDS = 15.0
RECHECK_SECONDS = 60.0
"""At most so long after a right was lost, its walls end."""
RETRY_MILLISECONDS = (1_000, 4_000)
"""Walls that lost the same server do not all come back in the same moment."""


@dataclass(frozen=True)
class Wanted:
    """Who looks, at what."""

    facility_ids: frozenset[int] | None
    filter: WallFilter
    session_key: str

    def frame_of(self, item: Arrival | bytes) -> bytes:
        if isinstance(item, bytes):
            return item
        return item.frame_for(self.facility_ids, self.filter, timezone.now()) or b""

    def may_go_on(self) -> bool:
        return facilities_now(self.session_key) == (True, self.facility_ids)


@allow(Permission.SEE_WALL)
@require_GET
async def stream(request: HttpRequest) -> StreamingHttpResponse:
    wanted = await sync_to_async(wanted_by)(request)
    last_id = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    return StreamingHttpResponse(
        events(wanted, last_id),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache, no-store", "X-Accel-Buffering": "no"},
    )


def wanted_by(request: HttpRequest) -> Wanted:
    try:
        facility_ids = reach_of(request).facility_ids(Permission.SEE_WALL)
        return Wanted(
            facility_ids, choices.offered(facility_ids).read(request), request.session.session_key or ""
        )
    finally:
        # This thread lives as long as the stream does; its connection must not.
        connections.close_all()


async def events(wanted: Wanted, last_id: str) -> AsyncIterator[bytes]:
    yield retry(random.randint(*RETRY_MILLISECONDS))  # noqa: S311
    center = hub()
    client = await center.join()
    try:
        position = client.since
        if last_id:
            found, position = await caught_up(center, client, last_id)
            yield b"".join(wanted.frame_of(item) for item in found)
        async for chunk in live(center, client, wanted, position):
            yield chunk
    finally:
        center.leave(client)


async def caught_up(center: Hub, client: Client, last_id: str) -> tuple[list[Arrival | bytes], int]:
    """What was missed since an id, and the number up to which the wall then has everything."""
    reset = [frame("reset", id=client.since)]
    # More digits than a bigint holds is no number of ours.
    if not last_id.isascii() or not last_id.isdigit() or len(last_id) > 18:
        return [*reset], client.since
    seq = int(last_id)
    if seq > client.since:
        # The page may have read the database just before the hub did.
        newest = await reading(wall_sequence.newest)
        return ([], seq) if seq <= newest else ([*reset], client.since)
    missed = await center.missed(seq, client.since)
    return ([*reset], client.since) if missed is None else ([*missed], client.since)


async def live(center: Hub, client: Client, wanted: Wanted, position: int) -> AsyncIterator[bytes]:
    yield heartbeat(center, position)
    beat_at, check_at = monotonic() + HEARTBEAT_SECONDS, next_check()
    while not client.is_lost:
        items = await waiting(client, beat_at - monotonic())
        if monotonic() >= check_at:
            if not await may_go_on(wanted):
                yield frame("ended")
                return
            check_at = next_check()
        fresh = [item for item in items if isinstance(item, bytes) or item.seq > position]
        position = max([position, *(item.seq for item in fresh if isinstance(item, Arrival))])
        chunk = b"".join(wanted.frame_of(item) for item in fresh)
        # By the clock and not by the silence: all that arrives may be for other walls.
        if monotonic() >= beat_at:
            chunk += heartbeat(center, position)
            beat_at = monotonic() + HEARTBEAT_SECONDS
        if chunk:
            yield chunk
        if CLOSING in items:
            return


def next_check() -> float:
    """Walls that opened together do not all ask in the same moment."""
    return monotonic() + RECHECK_SECONDS * random.uniform(0.5, 1)  # noqa: S311


async def waiting(client: Client, seconds: float) -> list[Arrival | bytes]:
    """Everything that waits for a wall; nothing when nothing came in time."""
    try:
        items = [await asyncio.wait_for(client.queue.get(), max(0, seconds))]
    except TimeoutError:
        return []
    while not client.queue.empty():
        items.append(client.queue.get_nowait())
    return items


def heartbeat(center: Hub, position: int) -> bytes:
    if not center.is_live:
        return b": the database does not answer\n\n"
    return frame("heartbeat", json.dumps({"now": int(timezone.now().timestamp() * 1000)}), id=position)


async def may_go_on(wanted: Wanted) -> bool:
    try:
        return await reading(wanted.may_go_on)
    except DatabaseError:
        # No answer is not a no; heartbeats stop by themselves while there is none.
        return True


def facilities_now(session_key: str) -> tuple[bool, frozenset[int] | None]:
    """Whether the session's owner may still see the wall, and which facilities of it."""
    reach = Reach(get_user(session_of(session_key)))
    return reach.can(Permission.SEE_WALL), reach.facility_ids(Permission.SEE_WALL)


def session_of(session_key: str) -> HttpRequest:
    """A request with that session, to ask who its owner is."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return request


def key_of(request: HttpRequest) -> str:
    try:
        return request.session.session_key or ""
    finally:
        # This thread lives as long as the stream does; its connection must not.
        connections.close_all()
