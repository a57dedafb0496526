"""The event stream of one open wall.

`mention` carries a card and the columns it is for, `gone` and `drop` what stands where one was, `bell` the
name of a stale part, `heartbeat` the server's time, `reset` that too much was missed, `ended` that there is
no more right to look, `close` that the server stops. Every id says: all up to here has been sent.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import import_module
from time import monotonic

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import Error as DatabaseError
from django.db import connections
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from dashboard import lookers
from dashboard.arrivals import Arrival, Told
from dashboard.faces import HUNG, Face
from dashboard.frames import CLOSING, frame, retry
from dashboard.hub import Client, Hub, hub, reading
from dashboard.looking import Again, Looker
from hospital.access import Permission, allow
from listening import wall_sequence

HEARTBEAT_SECONDS = 15.0
RECHECK_SECONDS = 60.0
"""At most so long after a right was lost, its walls end."""
BELL = b"event: bell"
FOR_SCREENS = frozenset(frame("bell", name) for name in ("screens", "operations"))
"""Bells that tell a hung screen something. The others are for people at a desk."""
RETRY_MILLISECONDS = (1_000, 4_000)
"""Walls that lost the same server do not all come back in the same moment."""


@allow(Permission.SEE_WALL)
@require_GET
async def stream(request: HttpRequest) -> StreamingHttpResponse:
    looker, again = await sync_to_async(opened)(request)
    return answer(request, looker, again)


def answer(request: HttpRequest, looker: Looker, again: Again) -> StreamingHttpResponse:
    """The stream for one who looks, as long as they still may."""
    last_id = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    return StreamingHttpResponse(
        events(looker, last_id, again),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache, no-store", "X-Accel-Buffering": "no"},
    )


def opened(request: HttpRequest) -> tuple[Looker, Again]:
    try:
        deck = request.GET.get("deck", "")
        looker = lookers.at_wall(request.user, deck, request.GET)
        if looker is None:
            raise Http404
        again = partial(look_again, request.session.session_key or "", deck, request.GET)
        return looker, again
    finally:
        # This thread lives as long as the stream does; its connection must not.
        connections.close_all()


async def events(looker: Looker, last_id: str, again: Again) -> AsyncIterator[bytes]:
    yield retry(random.randint(*RETRY_MILLISECONDS))  # noqa: S311
    center = hub()
    client = await center.join(looker.face)
    try:
        position = client.since
        if last_id:
            found, position = await caught_up(center, client, looker.face, last_id)
            yield sent(found, looker)
        async for chunk in live(center, client, Watch(looker, again), position):
            yield chunk
    finally:
        center.leave(client)


@dataclass(frozen=True)
class Watch:
    looker: Looker
    again: Again

    async def may_go_on(self) -> bool:
        """Whether they may still look, and at the same."""
        try:
            return await reading(self.again) == self.looker
        except DatabaseError:
            # No answer is not a no; heartbeats stop by themselves while there is none.
            return True


def sent(items: list[Arrival | bytes], looker: Looker) -> bytes:
    """Several at once. A story's card goes out once, where it stands last."""
    now, told = timezone.now(), Told()
    newest_first = [frame_of(item, looker, now, told) for item in reversed(items)]
    return b"".join(reversed(newest_first))


def frame_of(item: Arrival | bytes, looker: Looker, now: datetime, told: Told) -> bytes:
    if isinstance(item, bytes):
        is_for_desks = item.startswith(BELL) and looker.face in HUNG and item not in FOR_SCREENS
        return b"" if is_for_desks else item
    return item.frame_for(looker, now, told) or b""


async def caught_up(
    center: Hub, client: Client, face: Face, last_id: str
) -> tuple[list[Arrival | bytes], int]:
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
    missed = await center.missed(seq, client.since, face)
    return ([*reset], client.since) if missed is None else ([*missed], client.since)


async def live(center: Hub, client: Client, watch: Watch, position: int) -> AsyncIterator[bytes]:
    yield heartbeat(center, position)
    beat_at, check_at = monotonic() + HEARTBEAT_SECONDS, next_check()
    while not client.is_lost:
        items = await waiting(client, beat_at - monotonic())
        if monotonic() >= check_at:
            if not await watch.may_go_on():
                yield frame("ended")
                return
            check_at = next_check()
        fresh = [item for item in items if isinstance(item, bytes) or item.seq > position]
        position = max([position, *(item.seq for item in fresh if isinstance(item, Arrival))])
        chunk = sent(fresh, watch.looker)
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


def look_again(session_key: str, deck: str, params: Mapping[str, str]) -> Looker | None:
    """The session's owner, as they may look now."""
    try:
        return lookers.at_wall(get_user(session_of(session_key)), deck, params)
    except Http404:
        # A facility or a column of the address is out of reach by now.
        return None


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
