from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from alerts import knowers
from alerts.models import Knower
from alerts.refusals import Refused
from dashboard.places import PlaceField
from hospital.access import Permission, Reach, allow, reach_of

SEE, WORK = Permission.SEE_CASES, Permission.WORK_CASES
HIGHEST_ID = 2**63 - 1


class KnowerForm(forms.Form):
    topic = forms.CharField(max_length=80, label="What about", help_text="As in “billing appeals”.")
    person = forms.ModelChoiceField(
        User.objects.filter(is_active=True, memberships__isnull=False).distinct().order_by("username"),
        required=False,
        empty_label="Nobody with an account",
        to_field_name="username",
    )
    desk = forms.CharField(max_length=80, required=False, label="Or the name of a desk")
    email = forms.EmailField(required=False, label="E-mail of the desk")
    review_by = forms.DateField(
        label="To be looked at again by", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any, *, reach: Reach) -> None:
        super().__init__(data)
        self.fields["facility"] = PlaceField(reach, WORK)
        if data is None:
            self.initial["review_by"] = timezone.localdate() + knowers.REVIEWED_EVERY


@allow(SEE)
@require_http_methods(["GET", "POST"])
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    """Who is asked about what. Whoever adds an entry owns it."""
    reach, by = reach_of(request), _person(request)
    may_change = reach.can(WORK)
    form = KnowerForm(request.POST or None, reach=reach)
    if request.method == "POST" and form.is_valid():
        try:
            if not may_change:
                raise Refused("Those who work on cases keep this list.")
            knowers.save(None, **form.cleaned_data, owner=by, by=by, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "In the directory. You own the entry.")
            return redirect("knower-list")
    listed = Knower.objects.seen_within(reach.facility_ids(SEE)).select_related("person", "owner", "facility")
    today, mine = timezone.localdate(), reach.facility_ids(WORK)
    rows = [
        (knower, knower.review_by < today, may_change and (mine is None or knower.facility_id in mine))
        for knower in listed[:300]
    ]
    stale = sum(is_stale for _, is_stale, _ in rows)
    context = {"form": form, "rows": rows, "stale": stale, "may_change": may_change}
    return render(request, "knowers/list.html", context, status=409 if form.errors else 200)


@allow(WORK)
@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """It still holds."""
    knower = _one(request, pk)
    knowers.reviewed(knower, by=_person(request), at=timezone.now())
    messages.success(request, f"Looked at again: {knower}.")
    return redirect("knower-list")


@allow(WORK)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    knower = _one(request, pk)
    knowers.remove(knower, by=_person(request), at=timezone.now())
    messages.success(request, f"Taken away: {knower}.")
    return redirect("knower-list")


def _one(request: HttpRequest, pk: int) -> Knower:
    within = Knower.objects.within(reach_of(request).facility_ids(WORK))
    knower = within.select_related("person").filter(pk=min(pk, HIGHEST_ID)).first()
    if knower is None:
        raise Http404("There is no such entry.")
    return knower


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
