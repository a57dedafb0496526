"""How posts are read: the word lists in force, what an older reader read, and reading it again."""

from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dashboard.readings import Account
from hospital.access import Permission, Reach, allow, reach_of
from hospital.models import Facility
from listening import readers, rereading, tasks
from listening.doorbell import ring
from listening.lexicon_kinds import KINDS
from listening.models import LexiconInForce, Mention, Rereading
from listening.models.lexicon import RereadingQuerySet

MANAGE = Permission.MANAGE_READING
PAST = 5
SPANS = {"7": "Of the last 7 days", "30": "Of the last 30 days", "90": "Of the last 90 days", "": "All"}


class RereadForm(forms.Form):
    days = forms.ChoiceField(choices=list(SPANS.items()), required=False, label="Which posts")
    facility = forms.ModelChoiceField(Facility.objects.none(), required=False, empty_label="All facilities")

    def __init__(self, *args: object, reach: Reach) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        facility = self.fields["facility"]
        assert isinstance(facility, forms.ModelChoiceField)  # noqa: S101
        facility.queryset = Facility.objects.within(reach.facility_ids(MANAGE))
        if reach.facility_ids(MANAGE) is not None:
            facility.required, facility.empty_label = True, None

    def since(self, now: datetime) -> datetime | None:
        days = self.cleaned_data["days"]
        return now - timedelta(days=int(days)) if days else None


@allow(MANAGE)
@require_GET
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    found, facility_ids = readers.in_force(), reach_of(request).facility_ids(MANAGE)
    by_reader = _by_reader(facility_ids)
    context = {
        "kinds": _kinds(),
        "reader": found.reader.version,
        "by_reader": by_reader,
        "all": sum(count for _, count in by_reader),
        "older": sum(count for version, count in by_reader if version != found.reader.version),
        "form": RereadForm(reach=reach_of(request)),
        **_rereadings(request),
    }
    return render(request, "reading/reading.html", context)


@allow(MANAGE)
@require_GET
@never_cache
def progress(request: HttpRequest) -> HttpResponse:
    found = _rereadings(request)
    answer = render(request, "reading/_rereading.html", found)
    if not (found["running"] or found["is_elsewhere"]):
        # It has ended, and with it what the rest of the page counts.
        answer["HX-Refresh"] = "true"
    return answer


@allow(MANAGE)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    form, now = RereadForm(request.POST, reach=reach_of(request)), timezone.now()
    if not form.is_valid():
        messages.error(request, "Choose which posts are to be read again, and of which facility.")
        return redirect("reading")
    try:
        made = rereading.start(
            since=form.since(now), facility=form.cleaned_data["facility"], by=_person(request), at=now
        )
    except rereading.AlreadyRunning:
        messages.warning(request, "Posts are being read again already. It must end first, or be stopped.")
        return redirect("reading")
    ring(tasks.reread, made.pk)
    return redirect("reading")


@allow(MANAGE)
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    running = _within(request).unfinished().first()
    if running is None or not rereading.cancel(running, by=_person(request), at=timezone.now()):
        messages.warning(request, "Nothing of yours is being read again.")
    return redirect("reading")


def _rereadings(request: HttpRequest) -> dict[str, object]:
    """Those within reach; of one elsewhere only that it runs."""
    now = timezone.now()
    ours = _within(request).select_related("facility", "by")[: PAST + 1]
    accounts = [Account(each, now) for each in ours]
    running = next((account for account in accounts if account.is_running), None)
    is_elsewhere = running is None and Rereading.objects.unfinished().exists()
    past = [account for account in accounts if not account.is_running][:PAST]
    return {"running": running, "past": past, "is_elsewhere": is_elsewhere}


def _within(request: HttpRequest) -> RereadingQuerySet:
    facility_ids = reach_of(request).facility_ids(MANAGE)
    kept = Rereading.objects.all()
    return kept if facility_ids is None else kept.filter(facility_id__in=facility_ids)


def _by_reader(facility_ids: frozenset[int] | None) -> list[tuple[str, int]]:
    here = Mention.objects.within(facility_ids).filter(is_gone=False)
    counted = here.order_by().values_list("reader_version").annotate(count=Count("pk")).order_by("-count")
    return list(counted)


def _kinds() -> list[dict[str, object]]:
    chosen = LexiconInForce.objects.select_related("version__by")
    versions = {each.kind: each.version for each in chosen}
    broken = readers.in_force().broken
    return [
        {"kind": kind, "version": versions.get(kind.name), "broken": broken.get(kind.name)}
        for kind in KINDS.values()
    ]


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
