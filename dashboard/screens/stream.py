"""The event stream of a big screen: the wall's own, as the screen's class may see it, under its token."""

from dataclasses import dataclass, field

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from dashboard.arrivals import Arrival
from dashboard.frames import CLOSING, frame
from dashboard.models import Screen
from dashboard.screens.keeping import BELL
from dashboard.screens.views import by_token, down, with_headers
from dashboard.stream import Wanted, events
from dashboard.wall_filters import WallFilter
from hospital.access import Permission, allow

HEARD = frozenset({CLOSING, frame("bell", BELL), frame("bell", "operations")})
"""What is the same for all walls, and tells a screen something. The others are for people at a desk."""


@dataclass(frozen=True)
class WantedByScreen(Wanted):
    """Who looks is whoever has the token; what, is what the screen was when the stream began."""

    token: str = field(default="", repr=False)

    def frame_of(self, item: Arrival | bytes) -> bytes:
        if isinstance(item, bytes) and item.startswith(b"event: bell") and item not in HEARD:
            return b""
        return super().frame_of(item)

    def may_go_on(self) -> bool:
        screen = by_token(self.token)
        return screen is not None and of(screen, self.token) == self


def of(screen: Screen, token: str) -> WantedByScreen:
    wanted = WallFilter(is_big_screen=True, screen_class=screen.screen_class)
    return WantedByScreen(screen.facility_ids, wanted, "", token)


def wanted_by(token: str) -> WantedByScreen | None:
    try:
        screen = by_token(token)
        return of(screen, token) if screen else None
    finally:
        # This thread lives as long as the stream does; its connection must not.
        connections.close_all()


@allow(Permission.PUBLIC)
@require_GET
async def stream(request: HttpRequest, token: str) -> HttpResponseBase:
    wanted = await sync_to_async(wanted_by)(token)
    if wanted is None:
        return with_headers(await sync_to_async(down)(request))
    last_id = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    answering = StreamingHttpResponse(events(wanted, last_id), content_type="text/event-stream")
    answering["X-Accel-Buffering"] = "no"
    return with_headers(answering)
