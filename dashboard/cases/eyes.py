"""The doors of presence: an open case beats, and hears who else is there; a list only hears."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from alerts import presence
from dashboard.cases.beside import Eyes
from dashboard.cases.desk import Desk
from dashboard.cases.opened import find_case
from hospital.access import Permission, allow

SEE = Permission.SEE_CASES


@allow(SEE)
@require_POST
@never_cache
def here(request: HttpRequest, pk: int) -> HttpResponse:
    """The beat of an open case, and what it shows of the others."""
    desk = Desk.of(request)
    case = find_case(desk, pk, SEE)
    beat = presence.look if "moved" in request.POST else presence.beat
    beat(case, by=desk.user, at=timezone.now())
    return _shown(request, Eyes(desk, case))


@allow(SEE)
@require_GET
@never_cache
def eyes(request: HttpRequest) -> HttpResponse:
    """The same for a page with no case open on it."""
    return _shown(request, Eyes(Desk.of(request)))


def _shown(request: HttpRequest, found: Eyes) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    # Nothing is swapped for nothing: a screen reader would read it again.
    if asked.get("shown") == found.mark:
        return HttpResponse(status=204)
    return render(request, "cases/_eyes.html", {"eyes": found, "desk": found.desk, "is_news": True})
