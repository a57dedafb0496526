from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from alerts import duties
from alerts.models import Duty
from alerts.refusals import Refused
from dashboard.places import PlaceField
from hospital.access import Permission, Reach, allow, reach_of

MANAGE = Permission.MANAGE_SAFETY
HIGHEST_ID = 2**63 - 1
WHEN = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class DutyForm(forms.Form):
    role = forms.ChoiceField(choices=Duty.Role.choices)
    person = forms.ModelChoiceField(
        User.objects.filter(is_active=True, memberships__isnull=False).distinct().order_by("username"),
        required=False,
        empty_label="Nobody with an account",
        to_field_name="username",
    )
    name = forms.CharField(max_length=80, required=False, label="Or the name of a desk")
    email = forms.EmailField(required=False, label="E-mail", help_text="Else the person's own.")
    phone = forms.CharField(max_length=40, required=False, label="Telephone")
    starts_at = forms.DateTimeField(label="From", widget=WHEN)
    ends_at = forms.DateTimeField(label="Until", widget=WHEN)
    days = forms.IntegerField(
        min_value=1, max_value=duties.MOST_DAYS, initial=1, label="On so many days, the same hours"
    )
    position = forms.IntegerField(
        min_value=0, max_value=99, initial=0, label="Place in the list", help_text="0 is paged first."
    )

    def __init__(self, data: Any, *, reach: Reach) -> None:
        super().__init__(data)
        self.fields["facility"] = PlaceField(reach, MANAGE)
        self.order_fields(["role", "facility"])


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    """Who is on duty, now and later; and one more."""
    reach, now = reach_of(request), timezone.now()
    form = DutyForm(request.POST or None, reach=reach)
    if request.method == "POST" and form.is_valid():
        try:
            duties.add(**form.cleaned_data, by=_person(request), at=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "On the list. Pages go to them in these hours.")
            return redirect("duty-list")
    listed = Duty.objects.within(reach.facility_ids(MANAGE)).filter(ends_at__gt=now)
    rows = [(duty, duty.starts_at <= now) for duty in listed.select_related("person", "facility")[:200]]
    on = {duty.role for duty, is_on in rows if is_on}
    missing = [role.label for role in Duty.Role if role not in on]
    context = {"form": form, "rows": rows, "missing": missing}
    return render(request, "duty/list.html", context, status=409 if form.errors else 200)


@allow(MANAGE)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    within = Duty.objects.within(reach_of(request).facility_ids(MANAGE))
    duty = within.filter(pk=min(pk, HIGHEST_ID)).first()
    if duty is None:
        raise Http404("There is no such duty.")
    duties.remove(duty, by=_person(request), at=timezone.now())
    messages.success(request, "Taken off the list.")
    return redirect("duty-list")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
