"""How long somebody in the building waited for a person, week by week; each number opens its cases."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alerts import building, timetohuman
from alerts.models import Case
from alerts.timetohuman import WEEK, Wait, Week
from hospital.access import Permission, allow, reach_of

WEEKS = 8
FEWEST = 5
"""A median of fewer says little, and the page says so."""
KINDS = {"all": "heard", "spoken": "spoken to", "late": "late"}


@allow(Permission.SEE_CASES)
@require_GET
@never_cache
def report(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    rows = [
        {
            "week": week,
            "median": _words(week.median),
            "is_few": len(week.spoken) < FEWEST,
            "spoken": len(week.spoken),
            "late": len(week.late(now)),
        }
        for week in _weeks(request)
    ]
    return render(
        request, "building/report.html", {"rows": rows, "within": building.WITHIN, "fewest": FEWEST}
    )


@allow(Permission.SEE_CASES)
@require_GET
@never_cache
def behind(request: HttpRequest, week: str, kind: str) -> HttpResponse:
    found = next((each for each in _weeks(request) if each.slug == week), None)
    if found is None or kind not in KINDS:
        raise Http404("There is no such week here.")
    now = timezone.now()
    waits: list[Wait] = {"all": found.waits, "spoken": found.spoken, "late": found.late(now)}[kind]
    within = Case.objects.within(reach_of(request).facility_ids(Permission.SEE_CASES))
    cases = within.select_related("facility", "owner").in_bulk([wait.case_id for wait in waits])
    rows = [
        (cases[wait.case_id], wait, _words(wait.took), wait.is_late(now))
        for wait in waits
        if wait.case_id in cases
    ]
    context = {"rows": rows, "week": found, "kind": KINDS[kind]}
    return render(request, "building/behind.html", context)


def _weeks(request: HttpRequest) -> list[Week]:
    now = timezone.now()
    since = timetohuman.monday(now - (WEEKS - 1) * WEEK)
    found = timetohuman.waits(reach_of(request).facility_ids(Permission.SEE_CASES), since)
    return timetohuman.by_week(found, now, WEEKS)


def _words(length: timedelta | None) -> str:
    if length is None:
        return ""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    return f"{minutes} min" if minutes >= 1 else f"{seconds} s"
