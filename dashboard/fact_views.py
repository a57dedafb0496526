from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts import expired, facts
from alerts.facts import LONGEST, Draft
from alerts.models import ApprovedFact
from alerts.refusals import Refused
from hospital.access import Permission, Reach, allow, reach_of
from hospital.models import Facility

APPROVE = Permission.APPROVE_FACTS
HIGHEST_ID = 2**63 - 1
HOLDS_FOR = timedelta(days=90)


class FactForm(forms.Form):
    text = forms.CharField(
        max_length=LONGEST,
        label="The fact",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One or two sentences that may be told to anybody, as they stand.",
    )
    topic = forms.CharField(max_length=40)
    facility = forms.ModelChoiceField(Facility.objects.none(), required=False, empty_label="Everywhere")
    owner = forms.CharField(max_length=100, label="Who keeps it true", help_text="A desk or a person.")
    valid_until = forms.DateField(
        label="Last day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
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
    held = ApprovedFact.objects.within(reach.facility_ids(APPROVE)).select_related("facility", "approved_by")
    today = expired.today(timezone.now())
    rows = [(fact, fact.valid_until < today, reach.covers(APPROVE, fact.facility_id)) for fact in held]
    return render(request, "facts/list.html", {"rows": rows})


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
    kept = _one(request, pk)
    facts.remove(kept, by=_person(request), at=timezone.now())
    messages.success(request, "Taken away. No reply can insert it now.")
    return redirect("fact-list")


def _edit(request: HttpRequest, kept: ApprovedFact | None) -> HttpResponse:
    now = timezone.now()
    known: dict[str, Any] = {"valid_until": expired.today(now) + HOLDS_FOR}
    if kept:
        known = {name: getattr(kept, name) for name in ("text", "topic", "facility", "owner", "valid_until")}
    form = FactForm(request.POST or None, initial=known, reach=reach_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            _check_reach(request, form.cleaned_data["facility"])
            facts.save(kept, Draft(**form.cleaned_data), by=_person(request), at=now)
        except Refused as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, "Approved. It can be inserted from now on.")
            return redirect("fact-list")
    return render(
        request, "facts/edit.html", {"form": form, "kept": kept}, status=409 if form.errors else 200
    )


def _one(request: HttpRequest, pk: int) -> ApprovedFact:
    kept = ApprovedFact.objects.filter(pk=min(pk, HIGHEST_ID)).first()
    if kept is None or not reach_of(request).covers(APPROVE, kept.facility_id):
        raise Http404("There is no such fact.")
    return kept


def _check_reach(request: HttpRequest, facility: Facility | None) -> None:
    if not reach_of(request).covers(APPROVE, facility.pk if facility else None):
        raise Refused("You may approve facts only for your own facilities: choose one of them.")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
