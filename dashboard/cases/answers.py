"""The doors for an approver's change of a reply, its acceptance, and for waiting on the author."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from alerts import redlines, waiting
from dashboard.cases.desk import Desk
from dashboard.cases.finding import find_case, find_reply
from dashboard.cases.moves import after
from hospital.access import Permission, allow

WORK, APPROVE = Permission.WORK_CASES, Permission.APPROVE_REPLIES


@allow(APPROVE)
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    reply = find_reply(desk, pk, APPROVE)
    text, seen = request.POST.get("text", ""), request.POST.get("text_seen", "")
    ticked = request.POST.getlist("ticked")[:50]

    def verb() -> None:
        redlines.change(reply, by=desk.user, text_seen=seen, text=text, at=timezone.now(), ticked=ticked)

    return after(request, desk, reply.case, verb, typed=text)


@allow(WORK)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    reply = find_reply(desk, pk, WORK)
    seen = request.POST.get("text_seen", "")
    return after(
        request,
        desk,
        reply.case,
        lambda: redlines.accept(reply, by=desk.user, text_seen=seen, at=timezone.now()),
    )


@allow(WORK)
@require_POST
def wait(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case, said = find_case(desk, pk, WORK), request.POST.get("days", "")
    days = int(said) if said.isascii() and said.isdigit() and len(said) < 4 else 0
    return after(request, desk, case, lambda: waiting.wait(case, days=days, by=desk.user, at=timezone.now()))


@allow(WORK)
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)
    return after(request, desk, case, lambda: waiting.resume(case, by=desk.user, at=timezone.now()))
