"""Big screens as an admin or a community manager looks after them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts.refusals import Refused
from dashboard.models import Screen
from dashboard.models.screen import ScreenQuerySet
from dashboard.screen_forms import MANAGE, ScreenForm, initial_of
from dashboard.screens import keeping
from dashboard.screens.programme import labelled, programme
from dashboard.screens.showing import Showing
from dashboard.screens.views import page
from hospital.access import Reach, allow, reach_of

HIGHEST_ID = 2**63 - 1


@allow(MANAGE)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    rows = [row_of(screen, now) for screen in _mine(reach_of(request)).prefetch_related("facilities")]
    return render(request, "screens/list.html", {"rows": rows})


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def create(request: HttpRequest) -> HttpResponse:
    form = ScreenForm(request.POST or None, initial=initial_of(None), reach=reach_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            screen, token = keeping.make(form.draft(), by=_person(request), at=timezone.now())
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            return _address(request, screen, token)
    return _form(request, form, None)


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    screen = _one(request, pk)
    form = ScreenForm(request.POST or None, initial=initial_of(screen), reach=reach_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            keeping.change(screen, form.draft(), by=_person(request), at=timezone.now())
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, "Kept. The screen follows by itself within a minute.")
            return redirect("screen-edit", pk)
    return _form(request, form, screen)


@allow(MANAGE)
@require_GET
@never_cache
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    screen = _one(request, pk)
    showing = Showing.of(screen, timezone.now(), notes=False)
    return HttpResponse(page(showing, after=0, at={}, back=reverse("screen-edit", args=[pk])))


@allow(MANAGE)
@require_POST
def pin(request: HttpRequest, pk: int) -> HttpResponse:
    scene = request.POST.get("scene", "")
    return _move(request, pk, f"Pinned: {labelled(scene)}.", keeping.pin, scene)


@allow(MANAGE)
@require_POST
def let_go(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, pk, "Let go. The playlist goes on where it was.", keeping.let_go)


@allow(MANAGE)
@require_POST
def skip(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, pk, "Skipped.", keeping.skip)


@allow(MANAGE)
@require_POST
def take_down(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, pk, "Taken down. The screen says so within a minute.", keeping.take_down)


@allow(MANAGE)
@require_POST
def put_up(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, pk, "Up again. The screen comes back within a minute.", keeping.put_up)


@allow(MANAGE)
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    screen = _one(request, pk)
    try:
        token = keeping.renew(screen, by=_person(request), at=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("screen-edit", pk)
    return _address(request, screen, token)


def row_of(screen: Screen, now: datetime) -> dict[str, Any]:
    standing = None if screen.down_at else Showing.of(screen, now, notes=False).standing
    places = "All facilities" if screen.is_everywhere else ", ".join(map(str, screen.facilities.all()))
    return {
        "screen": screen,
        "is_seen": screen.is_seen(now),
        "places": places or "Nothing: its facilities are gone",
        "shows": labelled(standing.scene) or "Something urgent" if standing else "",
        "following": labelled(standing.after) if standing and standing.after != standing.scene else "",
        "standing": standing,
        "now": now,
    }


def _move(request: HttpRequest, pk: int, said: str, verb: Callable[..., None], *args: str) -> HttpResponse:
    screen = _one(request, pk)
    try:
        verb(screen, *args, by=_person(request), at=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("screen-edit", pk)


def _form(request: HttpRequest, form: ScreenForm, screen: Screen | None) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "screen": screen}
    if screen:
        context |= {"row": row_of(screen, timezone.now()), "scenes": programme()}
    return render(request, "screens/edit.html", context, status=409 if form.errors else 200)


def _address(request: HttpRequest, screen: Screen, token: str) -> HttpResponse:
    """Shown in answer to the very request that drew it: it stands in no session and no message."""
    address = request.build_absolute_uri(reverse("screen-show", args=[token]))
    answer = render(request, "screens/address.html", {"screen": screen, "address": address})
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _mine(reach: Reach) -> ScreenQuerySet:
    return Screen.objects.within(reach.facility_ids(MANAGE)).select_related("made_by")


def _one(request: HttpRequest, pk: int) -> Screen:
    screen = _mine(reach_of(request)).filter(pk=min(pk, HIGHEST_ID)).first()
    if screen is None:
        raise Http404("There is no such screen.")
    return screen


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
