"""The doors of a big screen. The token in the address is the only key, and opens these four alone.

Nothing here knows of a session: whoever is signed in in the same browser is nobody, and no cookie is set.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from alerts import tokens
from dashboard import limits
from dashboard.models import Screen
from dashboard.release import release
from dashboard.screens.showing import Showing
from hospital.access import Permission, allow
from listening import wall_sequence

logger = logging.getLogger(__name__)

MOST_FAILURES = 300
"""From one address in ten minutes. Some screens that were taken down ask on, behind one address."""

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
FRESH_SECONDS = 15
"""So long after something broke in, the part that asks most often tells the scene to look."""
Answer = TypeVar("Answer", bound=HttpResponseBase)
View = Callable[[HttpRequest, Screen, str], HttpResponse]


def by_token(token: str) -> Screen | None:
    """The screen that stands at this address now."""
    return Screen.objects.filter(token_hash=tokens.hashed(token), down_at=None).first()


def opened(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        try:
            screen = by_token(token)
            return with_headers(view(request, screen, token) if screen else down(request))
        except DatabaseError as error:
            logger.warning("A screen cannot read the database: %s", type(error).__name__)
            waiting = render_to_string("screens/down.html", {"is_waiting": True})
            return with_headers(HttpResponse(waiting, status=503))

    return answer


def with_headers(answer: Answer) -> Answer:
    """Kept by no cache, named to no other site, and found by no search engine."""
    for name, value in HEADERS.items():
        answer[name] = value
    return answer


def down(request: HttpRequest) -> HttpResponse:
    """Taken down, renewed and never made are one, on purpose. The page asks again by itself, and is only
    loaded anew once there is something else to show."""
    is_over = limits.is_over(request, "screens", timezone.now(), most=MOST_FAILURES)
    answer = HttpResponse(render_to_string("screens/down.html"), status=429 if is_over else 404)
    if request.headers.get("HX-Request") and not is_asking_again(request):
        # What still stands on that screen goes away with it.
        answer["HX-Refresh"] = "true"
    return answer


def is_asking_again(request: HttpRequest) -> bool:
    """Whether a page asks that says so far that nothing hangs here."""
    return request.headers.get("HX-Target") == "down"


@allow(Permission.PUBLIC)
@require_safe
@opened
def show(request: HttpRequest, screen: Screen, token: str) -> HttpResponse:
    # Taken before the rows: what commits meanwhile comes by the stream, and a card that comes twice is one.
    after = wall_sequence.newest()
    now = timezone.now()
    Screen.objects.filter(pk=screen.pk).seen(now)
    answer = HttpResponse(page(Showing.of(screen, now), after=after, at=addresses(token)))
    if is_asking_again(request):
        answer["HX-Refresh"] = "true"
    return answer


@allow(Permission.PUBLIC)
@require_safe
@opened
def scene(request: HttpRequest, screen: Screen, token: str) -> HttpResponse:
    showing = Showing.of(screen, timezone.now())
    context = {"showing": showing, "at": addresses(token), "release": release(), "is_swap": True}
    answer = HttpResponse(render_to_string("screens/_stage.html", context))
    is_dressed = request.GET.get("theme", screen.theme) == screen.theme
    is_old = request.GET.get("release", "") not in ("", release())
    if not is_dressed or (is_old and request.GET.get("turn") != showing.standing.turn):
        # A new release comes between two scenes and never in the middle of one; another theme at once.
        answer["HX-Refresh"] = "true"
    return answer


@allow(Permission.PUBLIC)
@require_safe
@opened
def status(request: HttpRequest, screen: Screen, token: str) -> HttpResponse:
    now = timezone.now()
    Screen.objects.filter(pk=screen.pk).seen(now)
    showing = Showing.of(screen, now)
    context = {"at": addresses(token), "is_swap": True, **showing.status()}
    answer = HttpResponse(render_to_string("screens/_status.html", context))
    if showing.standing.is_break and (now - showing.standing.since).total_seconds() < FRESH_SECONDS:
        answer["HX-Trigger"] = "screens-changed"
    return answer


def page(showing: Showing, *, after: int, at: dict[str, str], back: str = "") -> str:
    """`back`: where one goes from a preview, which asks for nothing by itself."""
    context = {
        "after": after,
        "at": at,
        "release": release(),
        "shelves": showing.shelves(),
        "is_preview": bool(back),
        "back": back,
        **showing.status(),
    }
    return render_to_string("screens/screen.html", context)


def addresses(token: str) -> dict[str, str]:
    return {name: reverse(f"screen-{name}", args=[token]) for name in ("show", "scene", "status", "stream")}
