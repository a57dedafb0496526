"""The event stream of a big screen: the wall's own, as the screen's class may see it, under its token."""

from functools import partial

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from dashboard import stream as walls
from dashboard.faces import Face
from dashboard.looking import Looker
from dashboard.screens.views import by_token, down, with_headers
from dashboard.standing import EVERYDAY
from hospital.access import Permission, allow


def looker_of(token: str) -> Looker | None:
    """Whoever has the token, as the screen is now."""
    screen = by_token(token)
    if screen is None:
        return None
    # How a case stands is no part of a public card, so nobody asks there.
    places = screen.facility_ids
    return Looker(places, EVERYDAY, Face(screen.screen_class), case_facility_ids=places)


def opened(token: str) -> Looker | None:
    try:
        return looker_of(token)
    finally:
        # This thread lives as long as the stream does; its connection must not.
        connections.close_all()


@allow(Permission.PUBLIC)
@require_GET
async def stream(request: HttpRequest, token: str) -> HttpResponseBase:
    looker = await sync_to_async(opened)(token)
    if looker is None:
        return with_headers(await sync_to_async(down)(request))
    return with_headers(walls.answer(request, looker, partial(looker_of, token)))
