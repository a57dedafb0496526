"""Queues: how soon each answers, when it works, who approves, and the days off."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from alerts import clocks, holidays, queues, spans
from alerts.models import ClockRun, Holiday, Queue
from alerts.models.queue import STAFF_VOICE
from alerts.queues import Values
from dashboard.label_views import person
from dashboard.queue_forms import QueueForm
from hospital.access import Permission, allow, reach_of
from hospital.models import AuditEntry, Facility

MANAGE = Permission.MANAGE_RULES
HISTORY = 20
LONGEST_LIST = 100_000
FOR_ALL = "Queues serve every facility: only an admin of all of them changes them. You may try it."


@allow(MANAGE)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    shown = Queue.objects.select_related("policy").prefetch_related("approvers", "deputies")
    days = Holiday.objects.filter(day__gte=timezone.localdate()).select_related("facility")
    context = {
        "queues": [(queue, _in_words(queue)) for queue in shown],
        "days": days[:12],
        "run": ClockRun.objects.first(),
    }
    return render(request, "queues/list.html", context)


@allow(MANAGE)
@require_GET
@never_cache
def progress(request: HttpRequest) -> HttpResponse:
    """How far the counting anew is."""
    return render(request, "queues/_run.html", {"run": ClockRun.objects.first()})


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """GET shows one queue; POST shows what it would do, or puts it in force."""
    queue = Queue.objects.select_related("policy").filter(slug=slug).first()
    if queue is None:
        raise Http404("There is no such queue.")
    form = QueueForm(request.POST or None, values=Values.of(queue))
    context: dict[str, Any] = {"queue": queue, "form": form, "may_change": may_change(request)}
    refused = bool(form.errors)
    if request.method == "POST" and form.is_valid():
        if "keep" in request.POST and may_change(request):
            return _kept(request, queue, form.values)
        refused = "keep" in request.POST
        context["changes"] = queues.changes(queue, form.values)
    values = form.values if form.is_bound and form.is_valid() else Values.of(queue)
    everywhere = clocks.Calendars.load().everywhere
    context["preview"] = queues.preview(values, everywhere, timezone.now())
    context["is_staff_voice"] = slug == STAFF_VOICE
    context["history"] = _history(f"queue {queue.slug}")
    context["refused"] = FOR_ALL if refused and not form.errors else ""
    return render(request, "queues/edit.html", context, status=409 if refused else 200)


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def days(request: HttpRequest) -> HttpResponse:
    """Holidays of one facility, or of all, as a list of lines."""
    facility = _facility(request)
    text, trouble = holidays.write(holidays.kept(facility)), ""
    if request.method == "POST":
        text = request.POST.get("days", "").replace("\r\n", "\n")[:LONGEST_LIST]
        try:
            read = holidays.read(text)
        except holidays.BadHolidays as error:
            trouble = str(error)
        else:
            if may_change(request):
                return _days_kept(request, facility, holidays.save(
                    read, facility=facility, by=person(request), at=timezone.now()
                ))  # fmt: skip
            trouble = FOR_ALL
    context = {
        "text": text,
        "trouble": trouble,
        "facility": facility,
        "facilities": Facility.objects.filter(is_active=True),
        "history": _history(f"holidays {facility.slug if facility else 'all'}"),
        "may_change": may_change(request),
    }
    return render(request, "queues/days.html", context, status=409 if trouble else 200)


def _in_words(queue: Queue) -> dict[str, str]:
    targets = clocks.targets_of(queue.policy)
    return {
        "first": spans.write(targets.first),
        "slow": spans.write(targets.first_if_slow) if targets.first_if_slow else "",
        "next": spans.write(targets.next),
        "closing": spans.write(targets.resolve),
        "hours": queue.policy.hours or "around the clock",
        "hold": spans.write(queue.hold),
        "after": spans.write(queue.escalate_after) if queue.escalate_after else "never",
    }


def may_change(request: HttpRequest) -> bool:
    return reach_of(request).facility_ids(MANAGE) is None


def _kept(request: HttpRequest, queue: Queue, values: Values) -> HttpResponse:
    changed = queues.save(queue, values, by=person(request), at=timezone.now())
    if changed:
        messages.success(request, f"{values.name}: {', '.join(changed)} changed. Open cases follow.")
    else:
        messages.info(request, f"{values.name} is as it was.")
    return redirect("queue-list")


def _days_kept(request: HttpRequest, facility: Facility | None, changed: list[str]) -> HttpResponse:
    if changed:
        queues.set_clocks_soon()
    count = (
        f"{len(changed)} day{'s' if len(changed) != 1 else ''} changed." if changed else "Nothing changed."
    )
    messages.success(request, f"Holidays of {facility or 'all facilities'}: {count}")
    return redirect(f"{reverse('queue-days')}?facility={facility.slug if facility else ''}")


def _facility(request: HttpRequest) -> Facility | None:
    asked = request.POST if request.method == "POST" else request.GET
    slug = asked.get("facility", "")
    if not slug:
        return None
    found = Facility.objects.filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such facility.")
    return found


def _history(subject: str) -> list[AuditEntry]:
    found = AuditEntry.objects.filter(subject=subject).select_related("actor").order_by("-id")
    return list(found[:HISTORY])
