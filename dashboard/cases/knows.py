"""The doors to who knows what, from a case."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from alerts import knowers
from alerts.knowers import Suggestion
from alerts.models import Case, Question
from alerts.refusals import Refused
from dashboard.cases.desk import Desk
from dashboard.cases.finding import HIGHEST_ID, find_case
from dashboard.cases.moves import after
from dashboard.cases.opened import Opened
from hospital.access import Permission, allow

WORK, SEE = Permission.WORK_CASES, Permission.SEE_CASES
NOT_YOURS = "Whoever was asked answers it, or somebody who works on this case."


@allow(SEE)
@require_GET
@never_cache
def knows(request: HttpRequest, pk: int) -> HttpResponse:
    """Three who may know, with why; a page of its own where nothing is swapped."""
    desk = Desk.of(request)
    case = find_case(desk, pk, SEE)
    context = {
        "desk": desk,
        "opened": Opened(case, desk),
        "suggestions": _suggestions(case, desk),
        "question": knowers.question_for(case),
    }
    return render(request, "cases/knows.html", context)


@allow(WORK)
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case, key = find_case(desk, pk, WORK), request.POST.get("who", "")

    def verb() -> None:
        chosen = next((each for each in _suggestions(case, desk) if each.key == key), None)
        if chosen is None:
            raise Refused(knowers.NOT_THERE)
        knowers.ask(case, chosen, by=desk.user, at=timezone.now())

    return after(request, desk, case, verb)


@allow(SEE)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    question = Question.objects.filter(pk=min(pk, HIGHEST_ID)).first()
    if question is None:
        raise Http404("There is no such question.")
    question.case = case = find_case(desk, question.case_id, SEE)
    text = request.POST.get("answer", "")

    def verb() -> None:
        is_asked = question.person_id == desk.user.pk
        if not is_asked and not desk.reach.covers(WORK, case.facility_id):
            raise Refused(NOT_YOURS)
        knowers.answer(question, text=text, by=desk.user, at=timezone.now())

    return after(request, desk, case, verb)


def _suggestions(case: Case, desk: Desk) -> list[Suggestion]:
    return knowers.suggestions(case, desk.reachable, by=desk.user, now=desk.now)
