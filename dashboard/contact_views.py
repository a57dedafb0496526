from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from alerts import contacts
from alerts.models import ListedContact
from alerts.refusals import Refused
from hospital.access import Permission, allow, reach_of

MANAGE = Permission.MANAGE_CONTACTS
HIGHEST_ID = 2**63 - 1
ALL_ONLY = "These count in every facility. Only an admin of all facilities changes them."


class ContactForm(forms.Form):
    value = forms.CharField(max_length=200, label="Number or address")
    purpose = forms.CharField(max_length=100, required=False, label="Whom it reaches")


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _check_reach(request)
            contacts.add(**form.cleaned_data, by=_person(request), at=timezone.now())
        except Refused as refusal:
            form.add_error("value", str(refusal))
        else:
            messages.success(request, "Listed. Replies may give it from now on.")
            return redirect("contact-list")
    listed = ListedContact.objects.select_related("added_by")
    context = {"form": form, "listed": listed, "may_change": reach_of(request).facility_ids(MANAGE) is None}
    return render(request, "contacts/list.html", context, status=409 if form.errors else 200)


@allow(MANAGE)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    contact = ListedContact.objects.filter(pk=min(pk, HIGHEST_ID)).first()
    if contact is None or reach_of(request).facility_ids(MANAGE) is not None:
        raise Http404("There is no such contact.")
    contacts.remove(contact, by=_person(request), at=timezone.now())
    messages.success(request, f"Taken away: {contact}. No reply may give it now.")
    return redirect("contact-list")


def _check_reach(request: HttpRequest) -> None:
    if reach_of(request).facility_ids(MANAGE) is not None:
        raise Refused(ALL_ONLY)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
