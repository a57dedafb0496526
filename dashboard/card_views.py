"""What is done at a card of the wall. The stream brings the card anew; the answer only says it at once."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from alerts import cases, standing
from alerts.models import Case
from alerts.refusals import Refused
from dashboard import markup
from dashboard.cases.desk import Desk
from dashboard.cases.finding import find_case
from hospital.access import Permission, allow


@allow(Permission.WORK_CASES)
@require_POST
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case = find_case(desk, pk, Permission.WORK_CASES)
    try:
        cases.claim(case, by=_person(request), at=timezone.now())
    except Refused as refusal:
        return _work(request, case, status=409, refused=str(refusal))
    return _work(request, case)


def _work(request: HttpRequest, case: Case, *, status: int = 200, refused: str = "") -> HttpResponse:
    now = get_object_or_404(standing.read(Case.objects.within(None).filter(pk=case.pk)))
    return HttpResponse(markup.work(standing.of(now), refused), status=status)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
