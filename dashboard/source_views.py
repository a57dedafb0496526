"""The sources: how each is doing, the page of one, and what can be pressed there."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from alerts.models import SourceAlarm
from dashboard import blind_spots, source_health, source_words
from dashboard.cards import span_in_words
from dashboard.source_health import POLLS, WORDS, Health
from hospital import audit
from hospital.access import Permission, allow, reach_of
from listening.models import Recheck, Source
from listening.models.source import Liveness
from listening.sources import adapters

MANAGE = Permission.MANAGE_SOURCES
HIGHEST_ID = 2**63 - 1


@allow(MANAGE)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    now, at = timezone.now(), request.GET.get("at", "")
    healths = source_health.gather(list(reachable(request)), now)
    context = {
        "healths": [health for health in healths if not health.is_waiting],
        "waiting": [health for health in healths if health.is_waiting],
        "cut_off": source_health.cut_off(healths),
        "tally": [(WORDS[state][1].lower(), count) for state, count in _tally(healths)],
        "figures": figures(healths, now),
        "blind": blind_spots.of(healths, adapters().values()),
        "now": now,
        "at": int(at) if at.isdecimal() else 0,
    }
    return render(request, "sources/list.html", context)


def figures(healths: Sequence[Health], now: datetime) -> dict[str, Any]:
    """What stands above the list."""
    asked = [health for health in healths if not health.is_import]
    judged = [health for health in asked if health.usual.is_known]
    unseen = [health for health in asked if health.is_unseen]
    due = [
        (health.expectation.due_at, health.source.name)
        for health in asked
        if health.state is Liveness.LIVE and health.expectation.due_at and health.expectation.due_at > now
    ]
    lags = [health.lag.p95 for health in asked if health.lag.number]
    paid = [health for health in asked if health.price]
    return {
        "hour": sum(health.last_hour for health in asked),
        "usual": (sum(each.usual.low for each in judged), sum(each.usual.high for each in judged)),
        "is_judged": bool(judged) and len(judged) == len(asked),
        "slowest": span_in_words(max(lags)) if lags else "",
        "unseen": unseen,
        "missed": sum(health.missed or 0 for health in unseen),
        "spent": sum(each.dollars for each in paid),
        "limit": sum(each.dollars_limit for each in paid) if all(each.month for each in paid) else 0,
        "is_paid": bool(paid),
        "next": min(due, default=None),
    }


@allow(MANAGE)
@require_GET
@never_cache
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    source, now = source_of(request, pk), timezone.now()
    (health,) = source_health.gather([source], now)
    context = {
        "health": health,
        "polls": source.polls.all()[:POLLS],
        "rechecks": Recheck.objects.filter(source=source)[:POLLS],
        "alarms": SourceAlarm.objects.filter(source=source)[:10],
        "now": now,
    }
    return render(request, "sources/detail.html", context)


@allow(MANAGE)
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    source, by = source_of(request, pk), person(request)
    reason = f"Paused by {by.get_full_name() or by.username}."
    Source.objects.filter(pk=source.pk, paused_reason="").update(paused_reason=reason, last_error_kind="")
    audit.record("source.pause", f"source {source.pk}", by=by, at=timezone.now())
    messages.success(request, f"{source} is paused. Nothing is read from it until somebody resumes it.")
    return _back(request, source)


@allow(MANAGE)
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    source, now = source_of(request, pk), timezone.now()
    Source.objects.filter(pk=source.pk).update(
        paused_reason="", is_active=True, failures=0, last_error="", last_error_kind="", next_poll_at=now
    )
    audit.record("source.resume", f"source {source.pk}", by=person(request), at=now)
    messages.success(request, f"{source} is asked again within seconds.")
    return _back(request, source)


@allow(MANAGE)
@require_POST
def poll_now(request: HttpRequest, pk: int) -> HttpResponse:
    source, now = source_of(request, pk), timezone.now()
    if source.limited_until and source.limited_until > now:
        until = source_words.day(source.limited_until, now)
        messages.warning(request, f"{source} asks to be left alone until {until}. It is polled then.")
    elif Source.objects.polled().filter(pk=source.pk).update(next_poll_at=now):
        messages.success(request, f"{source} is asked within seconds.")
    else:
        messages.warning(request, f"{source} is paused. Resume it first.")
    return _back(request, source)


def _back(request: HttpRequest, source: Source) -> HttpResponse:
    """To where it was pressed. In the list its button may be gone: the keyboard then goes on at its name."""
    if request.POST.get("back") == "detail":
        return redirect("source-detail", source.pk)
    return redirect(f"{reverse('source-list')}?at={source.pk}")


def _tally(healths: Sequence[Health]) -> list[tuple[Liveness, int]]:
    counted = Counter(health.tone for health in healths if not (health.is_import or health.is_waiting))
    return [(state, counted[state]) for state in Liveness if counted[state]]


def reachable(request: HttpRequest) -> QuerySet[Source]:
    facility_ids = reach_of(request).facility_ids(MANAGE)
    kept = Source.objects.select_related("facility")
    return kept if facility_ids is None else kept.filter(facility_id__in=facility_ids)


def source_of(request: HttpRequest, pk: int) -> Source:
    source = reachable(request).filter(pk=min(pk, HIGHEST_ID)).first()
    if source is None:
        raise Http404("There is no such source.")
    return source


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
