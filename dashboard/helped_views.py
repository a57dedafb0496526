"""How many people were helped, and the cases that number is made of."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alerts import helped
from alerts.models import Case
from hospital.access import Permission, allow, reach_of

SPANS = {"7": "7 days", "30": "30 days", "90": "90 days"}
SHOWN = 500


@allow(Permission.SEE_CASES)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    span = request.GET.get("days", "30")
    span = span if span in SPANS else "30"
    now = timezone.now()
    facility_ids = reach_of(request).facility_ids(Permission.SEE_CASES)
    people = helped.within(facility_ids, since=now - timedelta(days=int(span)), until=now)
    shown = Case.objects.within(facility_ids).filter(pk__in=[each.case_id for each in people[:SHOWN]])
    context = {
        "number": len(people),
        "cases": shown.select_related("facility", "owner", "queue").order_by("-closed_at"),
        "spans": SPANS,
        "span": span,
    }
    return render(request, "changes/helped.html", context)
