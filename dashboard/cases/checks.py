"""The doors to the gate: what is typed is checked, and a second person lets a stopped text through."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from alerts import presence, replies
from alerts.ways import way_for
from dashboard import reveals
from dashboard.cases.craft import Craft
from dashboard.cases.desk import Desk
from dashboard.cases.finding import find_case, find_reply
from dashboard.cases.moves import after
from dashboard.cases.opened import Opened
from dashboard.cases.pages import triage
from dashboard.cases.verdicts import Shown
from hospital.access import Permission, allow

WORK, OVERRIDE = Permission.WORK_CASES, Permission.OVERRIDE_CHECK


@allow(WORK)
@require_POST
@never_cache
def verdict(request: HttpRequest, pk: int) -> HttpResponse:
    """What the gate says of a text as it is typed. Nothing is kept."""
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)
    typed = _typed(request)
    if case.owner_id == desk.user.pk and typed.strip():
        presence.write(case, by=desk.user, at=timezone.now())
    craft = Craft(case, typed, way_for(case.mention), desk)
    context = {
        "shown": Shown.of(case.mention, typed, craft.ground),
        "with_text": True,
        "craft": craft,
        "case": case,
    }
    return render(request, "cases/_checked.html", context)


@allow(WORK)
@require_POST
@never_cache
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The same by a button, with the whole page around what was typed."""
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)
    reveal = reveals.of(request, case.mention, desk.now)
    return triage(request, desk, Opened(case, desk, typed=_typed(request), reveal=reveal))


@allow(OVERRIDE)
@require_POST
def override(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    reply = find_reply(desk, pk, OVERRIDE)
    seen, reason = request.POST.get("text_seen", ""), request.POST.get("reason", "")
    return after(
        request,
        desk,
        reply.case,
        lambda: replies.override(reply, by=desk.user, text_seen=seen, reason=reason, at=timezone.now()),
    )


def _typed(request: HttpRequest) -> str:
    # One more than is checked, so that what is too long is seen to be.
    return request.POST.get("text", "")[: replies.LONGEST_DRAFT + 1]
