"""The doors to what colleagues do with a case between them: give it, note, put it off, mute its story."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from alerts import assigning, muting, notes, snoozing
from alerts.models import Case
from alerts.refusals import Refused
from dashboard.cases.desk import Desk
from dashboard.cases.finding import find_case
from dashboard.cases.moves import after, finish
from dashboard.cases.tools import read_target, read_time
from hospital.access import Permission, allow
from hospital.models import Team

WORK = Permission.WORK_CASES


@allow(WORK)
@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)
    to = read_target(request.POST.get("to", ""))
    return after(request, desk, case, lambda: give(case, to, desk))


def give(case: Case, to: User | Team | None, desk: Desk) -> None:
    if to is None:
        raise Refused("Choose who should have it.")
    if isinstance(to, Team):
        assigning.to_team(case, team=to, by=desk.user, at=timezone.now())
    else:
        assigning.to_person(case, person=to, by=desk.user, at=timezone.now())


@allow(WORK)
@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case, text = find_case(desk, pk, WORK), request.POST.get("words", "")
    return after(request, desk, case, lambda: notes.add(case, text=text, by=desk.user, at=timezone.now()))


@allow(WORK)
@require_POST
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)
    until = read_time(request.POST.get("at", "") or request.POST.get("until", ""), timezone.now())

    def verb() -> None:
        if until is None:
            raise Refused("Choose when it should come back.")
        snoozing.snooze(case, until=until, by=desk.user, at=timezone.now())

    return finish(request, desk, case, verb)


@allow(WORK)
@require_POST
def wake(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)
    return after(request, desk, case, lambda: snoozing.wake(case, by=desk.user, at=timezone.now()))


@allow(WORK)
@require_POST
def mute(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case, hours = find_case(desk, pk, WORK), request.POST.get("hours", "")
    lasts = timedelta(hours=int(hours)) if hours.isdecimal() and len(hours) < 4 else timedelta(0)
    return after(request, desk, case, lambda: muting.mute(case, lasts=lasts, by=desk.user, at=timezone.now()))


@allow(WORK)
@require_POST
def unmute(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)
    return after(request, desk, case, lambda: muting.unmute(case, by=desk.user, at=timezone.now()))
