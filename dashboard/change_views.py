"""The doors to the change ledger."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts import changes
from alerts.changes import Entry
from alerts.models import Change, ChangeLink
from alerts.models.change import ChangeQuerySet
from alerts.refusals import Refused
from dashboard.cases.desk import Desk
from dashboard.cases.finding import HIGHEST_ID, find_case
from dashboard.cases.moves import after
from dashboard.cases.story import called
from hospital.access import Permission, Reach, allow, reach_of
from hospital.models import Facility

SEE, WORK = Permission.SEE_CASES, Permission.WORK_CASES
SHOWN = 200
DAY = forms.DateInput(attrs={"type": "date"})


class ChangeForm(forms.Form):
    what = forms.CharField(max_length=300, label="What is to change")
    facility = forms.ModelChoiceField(Facility.objects.none(), label="Where", required=False)
    owner = forms.ModelChoiceField(User.objects.none(), label="Who sees to it", required=False)
    due_on = forms.DateField(label="By when", required=False, widget=DAY)
    public_line = forms.CharField(
        max_length=280,
        required=False,
        label="What may be said of it in public",
        help_text="One line that tells nothing of anybody. The check reads it as it reads a reply.",
    )
    is_read = forms.BooleanField(required=False, label="I have read the public line again")

    def __init__(self, reach: Reach, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = reach.facility_ids(WORK)
        self.fields["facility"].queryset = Facility.objects.within(mine)  # type: ignore[attr-defined]
        # Whoever reaches some places only writes into those: elsewhere they could not find it again.
        self.fields["facility"].required = mine is not None
        people = User.objects.filter(is_active=True, memberships__isnull=False).distinct()
        self.fields["owner"].queryset = people.order_by("username")  # type: ignore[attr-defined]
        self.fields["owner"].label_from_instance = called  # type: ignore[attr-defined]

    @property
    def entry(self) -> Entry:
        said = {**self.cleaned_data}
        del said["is_read"]
        return Entry(**said)


class MakeForm(forms.Form):
    done = forms.CharField(max_length=500, label="What was done, in a sentence")
    made_on = forms.DateField(label="On which day", widget=DAY)


@allow(SEE)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    untold = Count("links", filter=Q(links__told_at__isnull=True))
    seen = _seen(request, SEE).select_related("facility", "owner")
    found = seen.annotate(asked=Count("links"), untold=untold)
    planned = found.filter(status=Change.Status.PLANNED).order_by("due_on", "id")[:SHOWN]
    made = found.filter(status=Change.Status.MADE).order_by("-made_on", "-id")[:SHOWN]
    context = {"planned": planned, "made": made, "today": timezone.localdate()}
    return render(request, "changes/list.html", context)


@allow(WORK)
@require_http_methods(["GET", "POST"])
@never_cache
def create(request: HttpRequest) -> HttpResponse:
    form = ChangeForm(reach_of(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = changes.create(
                form.entry, by=_person(request), at=timezone.now(), is_read=form.cleaned_data["is_read"]
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("change-edit", made.pk)
    return render(request, "changes/edit.html", {"form": form}, status=409 if form.errors else 200)


@allow(WORK)
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    change = _find(request, pk)
    form = ChangeForm(reach_of(request), request.POST or None, initial=_initial(change))
    if request.method == "POST" and form.is_valid():
        read = form.cleaned_data["is_read"]
        try:
            changes.edit(change, form.entry, by=_person(request), at=timezone.now(), is_read=read)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Saved.")
            return redirect("change-edit", change.pk)
    return _page(request, change, form=form, status=409 if form.errors else 200)


@allow(WORK)
@require_POST
def make(request: HttpRequest, pk: int) -> HttpResponse:
    change, form = _find(request, pk), MakeForm(request.POST)
    if form.is_valid():
        now, today = timezone.now(), timezone.localdate()
        try:
            to_tell = changes.make(change, **form.cleaned_data, by=_person(request), at=now, today=today)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _made(to_tell))
            return redirect("change-edit", change.pk)
    return _page(request, change, make_form=form, status=409)


@allow(WORK)
@require_POST
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """From a case: to a change that is known, or to a new one."""
    desk = Desk.of(request)
    case, by, at = find_case(desk, pk, WORK), desk.user, timezone.now()
    known = request.POST.get("change", "")
    if known:
        change = _find(request, int(known) if known.isdecimal() and len(known) < 19 else 0)
        return after(request, desk, case, lambda: changes.link(case, change, by=by, at=at))
    entry = Entry(request.POST.get("what", ""), facility=case.facility, owner=by)
    return after(request, desk, case, lambda: changes.link_new(case, entry, by=by, at=at))


@allow(WORK)
@require_POST
def told(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    asked = ChangeLink.objects.filter(pk=min(pk, HIGHEST_ID)).first()
    if asked is None:
        raise Http404("There is no such link.")
    case = find_case(desk, asked.case_id, WORK)
    how, note = request.POST.get("how", ""), request.POST.get("note", "")

    def verb() -> None:
        changes.settle(asked, how=how, note=note, by=desk.user, at=timezone.now())

    return after(request, desk, case, verb)


def _page(
    request: HttpRequest,
    change: Change,
    *,
    form: ChangeForm | None = None,
    make_form: MakeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    form = form or ChangeForm(reach_of(request), initial=_initial(change))
    # Only cases within reach: a change may be asked for in several places.
    desk = Desk.of(request)
    links = change.links.filter(case__in=desk.reachable).select_related("case__facility", "told_by")
    make_form = make_form or MakeForm(initial={"made_on": timezone.localdate()})
    context = {"change": change, "form": form, "make_form": make_form, "links": links}
    return render(request, "changes/edit.html", context, status=status)


def _initial(change: Change) -> dict[str, Any]:
    return {field: getattr(change, field) for field in ("what", "facility", "owner", "due_on", "public_line")}


def _made(to_tell: int) -> str:
    if not to_tell:
        return "Made. Nobody waits to be told."
    return f"Made. {to_tell} to be told: they stand in the queue “Tell them”."


def _seen(request: HttpRequest, permission: Permission) -> ChangeQuerySet:
    return Change.objects.within(reach_of(request).facility_ids(permission))


def _find(request: HttpRequest, pk: int) -> Change:
    found = _seen(request, WORK).filter(pk=min(pk, HIGHEST_ID)).first()
    if found is None:
        raise Http404("There is no such change.")
    return found


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
