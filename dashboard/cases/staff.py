"""The doors to what is done with a voice of staff. Nothing here takes, shows or looks for an author."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from alerts import staffvoice
from alerts.models import Case
from alerts.refusals import Refused
from dashboard.cases.desk import Desk
from dashboard.cases.finding import find_case
from dashboard.cases.moves import after
from dashboard.cases.opened import Opened
from dashboard.cases.pages import triage
from hospital.access import Permission, allow


@allow(Permission.HANDLE_STAFF_VOICE)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case = find_case(desk, pk, Permission.HANDLE_STAFF_VOICE)
    said, note = request.POST.get("answer", ""), request.POST.get("note", "")
    verb = _verb(case, desk, said, note)
    if verb is None:
        return HttpResponseBadRequest("Choose what it speaks of.")
    return after(request, desk, case, verb)


def _verb(case: Case, desk: Desk, said: str, note: str) -> Callable[[], None] | None:
    by, at = desk.user, timezone.now()
    if said in Case.Answer.values:
        return lambda: staffvoice.answer(case, answer=said, note=note, by=by, at=at)
    others: dict[str, Callable[[], None]] = {
        "settled": lambda: staffvoice.settle_privacy(case, note=note, by=by, at=at),
        "again": lambda: staffvoice.ask_again(case, by=by, at=at),
        "not-staff": lambda: staffvoice.not_staff(case, by=by, at=at),
    }
    return others.get(said)


@allow(Permission.WORK_CASES)
@require_POST
def restrict(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it into the hands of those who handle such posts; whoever does it may not see it again."""
    desk = Desk.of(request)
    case = find_case(desk, pk, Permission.WORK_CASES)
    try:
        staffvoice.restrict(case, by=desk.user, at=timezone.now())
    except Refused as refusal:
        return triage(request, desk, Opened(case, desk, refused=str(refusal)), status=409)
    return redirect(f"{reverse('case-list')}?{desk.query}")
