"""The doors to what is done for somebody in danger, or still in the building."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from alerts import authornotes, building, emergency, paging, protocol, tasks
from dashboard.cases import bell
from dashboard.cases.desk import Desk
from dashboard.cases.finding import find_case
from dashboard.cases.moves import after
from hospital.access import Permission, allow

WORK, SEE = Permission.WORK_CASES, Permission.SEE_CASES
UNCHANGED = 204


@allow(WORK)
@require_POST
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the approved text, exactly as it was shown."""
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)

    def verb() -> None:
        version_id, seen = _shown(request)
        reply = emergency.send(case, version_id=version_id, hash_seen=seen, by=desk.user, at=timezone.now())
        tasks.ring(tasks.publish, reply.pk, queue=tasks.URGENT)
        tasks.ring(tasks.sweep_pages, queue=tasks.URGENT)

    return after(request, desk, case, verb)


@allow(WORK)
@require_POST
def by_hand(request: HttpRequest, pk: int) -> HttpResponse:
    """A person has posted the approved text where no answer can be sent from here."""
    desk = Desk.of(request)
    case, (version_id, seen) = find_case(desk, pk, WORK), _shown(request)
    now = timezone.now()
    return after(
        request,
        desk,
        case,
        lambda: emergency.posted_by_hand(case, version_id=version_id, hash_seen=seen, by=desk.user, at=now),
    )


@allow(SEE)
@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case = find_case(desk, pk, SEE)
    return after(request, desk, case, lambda: paging.acknowledge(case, by=desk.user, at=timezone.now()))


@allow(WORK)
@require_POST
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case, risk = find_case(desk, pk, WORK), request.POST.get("risk", "")
    now = timezone.now()
    return after(request, desk, case, lambda: protocol.choose(case, risk=risk, by=desk.user, at=now))


@allow(WORK)
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)
    key, reason = request.POST.get("step", ""), request.POST.get("reason", "")
    now = timezone.now()
    return after(
        request, desk, case, lambda: protocol.take(case, key=key, reason=reason, by=desk.user, at=now)
    )


@allow(WORK)
@require_POST
def advance(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case, to = find_case(desk, pk, WORK), request.POST.get("to", "")
    return after(request, desk, case, lambda: building.advance(case, to=to, by=desk.user, at=timezone.now()))


@allow(WORK)
@require_POST
def remark(request: HttpRequest, pk: int) -> HttpResponse:
    """A note on how to talk with the author."""
    desk = Desk.of(request)
    case, text = find_case(desk, pk, WORK), request.POST.get("remark", "")
    press, now = "press" in request.POST, timezone.now()
    return after(
        request,
        desk,
        case,
        lambda: authornotes.write(case, text=text, says_press=press, by=desk.user, at=now),
    )


@allow(SEE)
@require_GET
@never_cache
def ring(request: HttpRequest) -> HttpResponse:
    """The bell, where it says something else than the page has; the list then asks again too."""
    desk, open_id = Desk.of(request), request.GET.get("open", "")
    found = bell.of(desk, int(open_id) if open_id.isdecimal() and len(open_id) < 19 else None)
    if request.GET.get("as") == found.digest:
        return HttpResponse(status=UNCHANGED)
    answer = render(request, "cases/safety/_bell.html", {"desk": desk, "bell": found})
    answer["HX-Trigger"] = "cases-changed"
    return answer


def _shown(request: HttpRequest) -> tuple[int, str]:
    """Which version was on the page, and the hash of its words there."""
    asked = request.POST.get("version", "")
    version_id = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
    return version_id, request.POST.get("seen", "")[:64]
