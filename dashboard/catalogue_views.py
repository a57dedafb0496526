"""The catalogue of networks, and connecting one: a form, a check when it is entered, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard import source_wrongs
from dashboard.source_forms import SourceForms, open_kinds
from dashboard.source_health import WORDS, waits
from dashboard.source_rule_views import WHOLE
from dashboard.source_views import MANAGE, person, reachable, source_of
from hospital.access import allow, reach_of
from listening import checking, pretending, terms
from listening.checking import Outcome
from listening.models import Source
from listening.models.source import Liveness
from listening.sources import adapters

FIRST_POSTS = "Within a minute each says below whether it answers; posts follow as they are written."


@dataclass(frozen=True)
class Joined:
    """A source that is connected, and how it is."""

    source: Source
    now: datetime

    @cached_property
    def waits(self) -> bool:
        return waits(self.source, self.source.liveness(self.now), self.now)

    @cached_property
    def state(self) -> Liveness:
        return Liveness.LATE if self.waits else self.source.liveness(self.now)

    @property
    def icon(self) -> str:
        return WORDS[self.state][0]

    @property
    def word(self) -> str:
        if self.waits:
            return "Waits"
        is_on_yet = self.state is not Liveness.PAUSED or self.source.last_success_at
        return WORDS[self.state][1] if is_on_yet else "Not switched on"


@allow(MANAGE)
@require_GET
@never_cache
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every network there is: those without a key first."""
    sources = list(reachable(request))
    known = sorted(adapters().values(), key=lambda each: (each.sheet.needs_key, each.label))
    now = timezone.now()
    joined = [Joined(source, now) for source in sources]
    kinds = [
        (each, [one for one in joined if one.source.kind == each.kind], terms.words(each.kind))
        for each in known
    ]
    context: dict[str, Any] = {"open": [pair for pair in kinds if not pair[0].sheet.needs_key]}
    context["keyed"] = [pair for pair in kinds if pair[0].sheet.needs_key]
    is_whole = reach_of(request).facility_ids(MANAGE) is None
    context["ready"] = open_kinds(sources) if is_whole else []
    context["pretending"] = pretending.running() if is_whole else []
    context["left"] = pretending.left() if is_whole else []
    return render(request, "sources/catalogue.html", context)


@allow(MANAGE)
@require_POST
def connect_open(request: HttpRequest) -> HttpResponse:
    """One press: every network that needs no key and no choice, as far as none of its kind is connected.
    With `switch` the demo's own are paused.
    """
    now = timezone.now()
    made, paused = [], 0
    if reach_of(request).facility_ids(MANAGE) is None:
        paused = pretending.leave(by=person(request), at=now) if "switch" in request.POST else 0
        for adapter in open_kinds(list(Source.objects.all())):
            initial = {name: field.initial for name, field in adapter.OptionsForm().fields.items()}
            data = {"name": adapter.label, "every": 60, **{f"options-{k}": v for k, v in initial.items()}}
            forms = SourceForms(data, adapter=adapter, source=None, reach=reach_of(request))
            if forms.is_valid():
                made.append(forms.save(by=person(request), at=now))
    if paused:
        messages.success(request, f"{paused} pretend sources are paused. The catalogue brings them back.")
    if made:
        names = ", ".join(map(str, made))
        messages.success(request, f"Connected: {names}. {FIRST_POSTS}")
    elif not paused:
        messages.warning(request, "There is none left to connect. The others want a key or an address.")
    return redirect("source-list")


@allow(MANAGE)
@require_POST
def return_to_sandbox(request: HttpRequest) -> HttpResponse:
    """The demo's own networks are read again, beside the real ones."""
    if reach_of(request).facility_ids(MANAGE) is None:
        count = pretending.come_back(by=person(request), at=timezone.now())
        messages.success(request, f"{count} pretend sources are read again. Pause the real ones as you like.")
    else:
        messages.warning(request, WHOLE)
    return redirect("source-list")


@allow(MANAGE)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@never_cache
def create(request: HttpRequest) -> HttpResponse:
    adapter = adapters().get(request.GET.get("kind", ""))
    if adapter is None:
        raise Http404("There is no such kind of source.")
    forms = SourceForms(request.POST or None, adapter=adapter, source=None, reach=reach_of(request))
    if request.method != "POST" or not forms.is_valid():
        return _form(request, forms)
    now = timezone.now()
    outcome = _checked(forms, now)
    source = forms.save(by=person(request), at=now, outcome=outcome)
    if outcome.is_final:
        # That page says why.
        return redirect("source-edit", source.pk)
    _tell(request, source, outcome)
    return redirect("source-detail", source.pk)


@allow(MANAGE)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    source = source_of(request, pk)
    adapter = adapters().get(source.kind)
    if adapter is None:
        return render(request, "sources/edit.html", {"source": source})
    forms = SourceForms(request.POST or None, adapter=adapter, source=source, reach=reach_of(request))
    if request.method != "POST" or not forms.is_valid():
        return _form(request, forms)
    now = timezone.now()
    is_tried = forms.changes_the_way or source.is_refused
    outcome = _checked(forms, now) if is_tried else None
    if outcome is not None and outcome.is_final:
        # What works now is not replaced by what does not.
        return _form(request, forms, outcome)
    saved = forms.save(by=person(request), at=now, outcome=outcome)
    _tell(request, saved, outcome)
    return redirect("source-detail", saved.pk)


def _checked(forms: SourceForms, now: datetime) -> Outcome:
    worked = forms.source.last_success_at if forms.source and not forms.secrets.typed() else None
    return checking.check(forms.adapter, forms.new_options(), forms.new_secrets(), now, worked_until=worked)


def _form(request: HttpRequest, forms: SourceForms, outcome: Outcome | None = None) -> HttpResponse:
    context: dict[str, Any] = {"forms": forms, "source": forms.source, "adapter": forms.adapter}
    context["wrong"] = source_wrongs.of(forms, outcome, timezone.now())
    return render(request, "sources/edit.html", context, status=409 if request.method == "POST" else 200)


def _tell(request: HttpRequest, source: Source, outcome: Outcome | None) -> None:
    if outcome is None:
        messages.success(request, f"{source} is saved. The next poll obeys it.")
    elif outcome.works and not outcome.is_partly:
        messages.success(request, f"{source} is saved. {outcome.words}")
    else:
        messages.warning(request, f"{source} is saved. {outcome.words}")
