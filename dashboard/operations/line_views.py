"""The lines that may be told of a service's state: whoever approves facts writes them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts import statelines
from alerts.models import StateLine
from alerts.models.operations import STATES
from alerts.models.saved import LANGUAGES
from alerts.refusals import Refused
from alerts.statelines import LONGEST, Draft
from hospital.access import Permission, Reach, allow, reach_of
from hospital.models import Facility, Service

APPROVE = Permission.APPROVE_FACTS
HIGHEST_ID = 2**63 - 1
FIELDS = ("kind", "state", "facility", "language", "text")


class LineForm(forms.Form):
    kind = forms.ChoiceField(choices=Service.Kind.choices, label="Of what")
    state = forms.ChoiceField(choices=[*reversed(STATES)], label="When it is")
    facility = forms.ModelChoiceField(Facility.objects.none(), required=False, empty_label="Everywhere")
    language = forms.ChoiceField(choices=LANGUAGES)
    text = forms.CharField(
        max_length=LONGEST,
        label="The line",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="{value} stands for what operations say, as in 4 h 10, and {time} for when. "
        "Without {time} the line ends with it.",
    )

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = reach.facility_ids(APPROVE)
        places = Facility.objects.all() if here is None else Facility.objects.filter(pk__in=here)
        self.fields["facility"].queryset = places  # type: ignore[attr-defined]


@allow(APPROVE)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    reach = reach_of(request)
    held = StateLine.objects.within(reach.facility_ids(APPROVE)).select_related("facility", "approved_by")
    rows = [(line, reach.covers(APPROVE, line.facility_id)) for line in held]
    return render(request, "operations/lines.html", {"rows": rows})


@allow(APPROVE)
@require_http_methods(["GET", "POST"])
@never_cache
def create(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@allow(APPROVE)
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, _one(request, pk))


@allow(APPROVE)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    statelines.remove(_one(request, pk), by=_person(request), at=timezone.now())
    messages.success(request, "Taken away. No reply can insert it now.")
    return redirect("line-list")


def _edit(request: HttpRequest, kept: StateLine | None) -> HttpResponse:
    known = {name: getattr(kept, name) for name in FIELDS} if kept else {}
    form = LineForm(request.POST or None, initial=known, reach=reach_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            _check_reach(request, form.cleaned_data["facility"])
            statelines.save(kept, Draft(**form.cleaned_data), by=_person(request), at=timezone.now())
        except Refused as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, "Approved. It can be inserted whenever it is so.")
            return redirect("line-list")
    return render(
        request, "operations/line.html", {"form": form, "kept": kept}, status=409 if form.errors else 200
    )


def _one(request: HttpRequest, pk: int) -> StateLine:
    kept = StateLine.objects.filter(pk=min(pk, HIGHEST_ID)).first()
    if kept is None or not reach_of(request).covers(APPROVE, kept.facility_id):
        raise Http404("There is no such line.")
    return kept


def _check_reach(request: HttpRequest, facility: Facility | None) -> None:
    if not reach_of(request).covers(APPROVE, facility.pk if facility else None):
        raise Refused("You may approve lines only for your own facilities: choose one of them.")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
