"""People say that something is down and operations do not: the strip of the walls, the page, the sensors."""

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from alerts import outages
from alerts.models import OutageAlarm, OutageSensor
from alerts.outagewords import SAYS
from alerts.refusals import Refused
from dashboard.operations import joined
from dashboard.operations.joined import Behind, Joined, Told
from hospital import operations
from hospital.access import Permission, Reach, allow, reach_of
from hospital.models import Service
from hospital.models.service import ServiceQuerySet

SEE, CASES, MANAGE = Permission.SEE_WALL, Permission.SEE_CASES, Permission.MANAGE_OPERATIONS
HIGHEST_ID = 2**63 - 1


class SensorForm(forms.Form):
    voices = forms.IntegerField(min_value=outages.FEW, max_value=outages.MANY)
    is_on = forms.BooleanField(required=False)


@allow(SEE)
@require_GET
@never_cache
def strip(request: HttpRequest) -> HttpResponse:
    """What stands on a wall now; nothing where people and operations agree."""
    return render(
        request, "operations/_alarms.html", {"alarms": Joined(reach_of(request).facility_ids(SEE)).alarms}
    )


@allow(SEE)
@require_GET
@never_cache
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _visible(request, pk, SEE))


@allow(CASES)
@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    alarm = _visible(request, pk, CASES)
    try:
        outages.acknowledge(alarm, by=_person(request), at=timezone.now())
    except Refused as refusal:
        return _page(request, alarm, refused=str(refusal), status=409)
    messages.success(request, "You have it. Nobody else is paged.")
    return redirect("alarm-detail", pk=alarm.pk)


@allow(MANAGE)
@require_GET
@never_cache
def sensors(request: HttpRequest) -> HttpResponse:
    return _sensors(request)


@allow(MANAGE)
@require_POST
def sensor(request: HttpRequest, pk: int) -> HttpResponse:
    """How many people it takes for one service."""
    service = _services(reach_of(request)).filter(pk=min(pk, HIGHEST_ID)).first()
    if service is None:
        raise Http404("There is no such service.")
    form = SensorForm(request.POST)
    if not form.is_valid():
        return _sensors(request, refused=f"{service.name}: choose {outages.FEW} to {outages.MANY} people.")
    voices, is_on = form.cleaned_data["voices"], form.cleaned_data["is_on"]
    outages.set_sensor(service, voices=voices, is_on=is_on, by=_person(request), at=timezone.now())
    messages.success(request, f"{service.name}: kept.")
    return redirect("sensor-list")


def _sensors(request: HttpRequest, *, refused: str = "") -> HttpResponse:
    services = _services(reach_of(request)).select_related("facility", "outage_sensor")
    rows = [(service, getattr(service, "outage_sensor", None) or OutageSensor()) for service in services]
    context = {"rows": rows, "few": outages.FEW, "many": outages.MANY, "refused": refused}
    return render(request, "operations/sensors.html", context, status=409 if refused else 200)


def _services(reach: Reach) -> ServiceQuerySet:
    """Those of which people can say that they are down."""
    within = Service.objects.all()
    facility_ids = reach.facility_ids(MANAGE)
    if facility_ids is not None:
        # What serves every facility is set by whoever manages every one.
        within = within.filter(facility_id__in=facility_ids)
    return within.filter(is_active=True, kind__in=list(SAYS))


def _page(request: HttpRequest, alarm: OutageAlarm, *, refused: str = "", status: int = 200) -> HttpResponse:
    reach, now = reach_of(request), timezone.now()
    facility_ids = reach.facility_ids(SEE)
    posts = outages.saying(alarm.service, alarm.since, facility_ids)
    context = {
        "alarm": alarm,
        "told": Told(alarm),
        "tile": operations.tile_of(alarm.service, now),
        "behind": Behind(posts.filter(published_at__lte=alarm.ended_at or now), reach),
        "is_partial": facility_ids is not None and alarm.service.facility_id is None,
        "can_answer": _can_answer(reach, alarm),
        "pages": alarm.notifications.pages().order_by("-id") if reach.can(CASES) else [],
        "refused": refused,
    }
    return render(request, "operations/alarm.html", context, status=status)


def _can_answer(reach: Reach, alarm: OutageAlarm) -> bool:
    is_waiting = alarm.ended_at is None and alarm.acknowledged_at is None
    return is_waiting and reach.can(CASES)


def _visible(request: HttpRequest, pk: int, permission: Permission) -> OutageAlarm:
    alarm = joined.alarm_of(min(pk, HIGHEST_ID), reach_of(request).facility_ids(permission))
    if alarm is None:
        raise Http404("There is no such alarm.")
    return alarm


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
