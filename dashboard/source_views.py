from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.cards import span_in_words
from dashboard.source_forms import SourceForms
from hospital import audit
from hospital.access import Permission, allow, reach_of
from listening.models import Poll, Source
from listening.models.source import Liveness
from listening.sources import adapters

MANAGE = Permission.MANAGE_SOURCES
HIGHEST_ID = 2**63 - 1
POLLS = 30
BAR_HEIGHT = 24

WORDS = {
    Liveness.LIVE: ("live", "Live"),
    Liveness.LATE: ("clock", "Late"),
    Liveness.DOWN: ("emergency", "Down"),
    Liveness.PAUSED: ("pause", "Paused"),
}


@dataclass(frozen=True)
class Health:
    """How one source is doing, from the account of its last polls."""

    source: Source
    polls: Sequence[Poll]  # newest first
    now: datetime

    @property
    def state(self) -> Liveness:
        if self.source.kind == Source.IMPORT:
            return Liveness.LIVE
        return self.source.liveness(self.now)

    @property
    def icon(self) -> str:
        return WORDS[self.state][0]

    @property
    def word(self) -> str:
        return "Imported" if self.is_import else WORDS[self.state][1]

    @property
    def is_import(self) -> bool:
        return self.source.kind == Source.IMPORT

    @property
    def age(self) -> str:
        since = self.source.last_success_at
        return span_in_words(self.now - since) if since else "never"

    @property
    def last(self) -> Poll | None:
        return next((poll for poll in self.polls if poll.state == Poll.State.DONE), None)

    @property
    def bars(self) -> list[tuple[int, int, int]]:
        """Left edge, top and height of a bar for each poll, oldest first; the tallest found most."""
        most = max([poll.inserted for poll in self.polls] or [0]) or 1
        heights = [round(poll.inserted / most * BAR_HEIGHT) for poll in reversed(self.polls)]
        return [(index * 5, BAR_HEIGHT - height, max(height, 1)) for index, height in enumerate(heights)]

    @property
    def found(self) -> int:
        return sum(poll.inserted for poll in self.polls)

    @property
    def trouble(self) -> str:
        known = self.source.paused_reason or self.source.last_error or self.source.gap
        if known or self.state is not Liveness.DOWN:
            return known
        return "No poll has come to an end since. Look whether the workers and beat are running."


@allow(MANAGE)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    order = [Liveness.DOWN, Liveness.PAUSED, Liveness.LATE, Liveness.LIVE]
    kept = [Health(source, list(source.polls.all()[:POLLS]), now) for source in _reachable(request)]
    kept.sort(key=lambda health: order.index(health.state))
    hour = Poll.objects.filter(source__in=_reachable(request), slot__gte=now - timedelta(hours=1))
    context = {
        "healths": kept,
        "tally": [(WORDS[state][1].lower(), count) for state, count in _tally(kept)],
        "hour": hour.aggregate(*[Sum(name) for name in ("fetched", "inserted", "dropped", "quarantined")]),
        "kinds": sorted((kind, adapter.label) for kind, adapter in adapters().items()),
        "now": now,
    }
    return render(request, "sources/list.html", context)


@allow(MANAGE)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@never_cache
def create(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    adapter = adapters().get(kind)
    if adapter is None:
        raise Http404("There is no such kind of source.")
    forms = SourceForms(
        request.POST or None, kind=kind, adapter=adapter, source=None, reach=reach_of(request)
    )
    return _edited(request, forms, {"adapter": adapter})


@allow(MANAGE)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    source = _source(request, pk)
    adapter = adapters().get(source.kind)
    health = Health(source, list(source.polls.all()[:POLLS]), timezone.now())
    context: dict[str, object] = {"adapter": adapter, "health": health}
    if adapter is None:
        return render(request, "sources/edit.html", {**context, "source": source})
    forms = SourceForms(
        request.POST or None, kind=source.kind, adapter=adapter, source=source, reach=reach_of(request)
    )
    return _edited(request, forms, context)


@allow(MANAGE)
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    source, person = _source(request, pk), _person(request)
    reason = f"Paused by {person.get_full_name() or person.username}."
    Source.objects.filter(pk=source.pk, paused_reason="").update(paused_reason=reason)
    audit.record("source.pause", f"source {source.pk}", by=person, at=timezone.now())
    messages.success(request, f"{source} is paused. Nothing is read from it until somebody resumes it.")
    return redirect("source-list")


@allow(MANAGE)
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    source, now = _source(request, pk), timezone.now()
    Source.objects.filter(pk=source.pk).update(
        paused_reason="", is_active=True, failures=0, last_error="", last_error_kind="", next_poll_at=now
    )
    audit.record("source.resume", f"source {source.pk}", by=_person(request), at=now)
    messages.success(request, f"{source} is asked again within seconds.")
    return redirect("source-list")


@allow(MANAGE)
@require_POST
def poll_now(request: HttpRequest, pk: int) -> HttpResponse:
    source, now = _source(request, pk), timezone.now()
    if source.limited_until and source.limited_until > now:
        until = timezone.localtime(source.limited_until)
        messages.warning(
            request, f"{source} asks to be left alone until {until:%H:%M:%S}. It is polled then."
        )
    elif Source.objects.polled().filter(pk=source.pk).update(next_poll_at=now):
        messages.success(request, f"{source} is asked within seconds.")
    else:
        messages.warning(request, f"{source} is paused. Resume it first.")
    return redirect("source-list")


def _edited(request: HttpRequest, forms: SourceForms, context: dict[str, object]) -> HttpResponse:
    refused = False
    if request.method == "POST":
        if forms.is_valid():
            source = forms.save(by=_person(request), at=timezone.now())
            messages.success(request, f"{source} is saved. The next poll obeys it.")
            return redirect("source-list")
        refused = True
    context = {**context, "forms": forms, "source": forms.source}
    return render(request, "sources/edit.html", context, status=409 if refused else 200)


def _tally(kept: Sequence[Health]) -> list[tuple[Liveness, int]]:
    counted = Counter(health.state for health in kept if not health.is_import)
    return [(state, counted[state]) for state in Liveness if counted[state]]


def _reachable(request: HttpRequest) -> QuerySet[Source]:
    facility_ids = reach_of(request).facility_ids(MANAGE)
    kept = Source.objects.select_related("facility")
    return kept if facility_ids is None else kept.filter(facility_id__in=facility_ids)


def _source(request: HttpRequest, pk: int) -> Source:
    source = _reachable(request).filter(pk=min(pk, HIGHEST_ID)).first()
    if source is None:
        raise Http404("There is no such source.")
    return source


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
