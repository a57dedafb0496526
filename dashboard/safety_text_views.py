"""What the hospital says to somebody in danger: written here, approved by another person, and the lines."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts import safetylines, safetytexts
from alerts.models import SafetyLines, SafetyText
from alerts.models.safety import LANGUAGES
from alerts.refusals import Refused
from dashboard.places import PlaceField
from hospital.access import Permission, Reach, allow, reach_of

MANAGE, APPROVE = Permission.MANAGE_SAFETY, Permission.APPROVE_REPLIES
HIGHEST_ID = 2**63 - 1
BODY = forms.CharField(
    max_length=safetytexts.LONGEST, widget=forms.Textarea(attrs={"rows": 4}), label="The exact words"
)


class NewTextForm(forms.Form):
    kind = forms.ChoiceField(choices=SafetyText.Kind.choices, label="For a post about")
    language = forms.ChoiceField(choices=list(LANGUAGES.items()))
    body = BODY

    def __init__(self, data: Any, *, reach: Reach) -> None:
        super().__init__(data)
        self.fields["facility"] = PlaceField(reach, MANAGE)
        self.order_fields(["kind", "language", "facility", "body"])


class WordingForm(forms.Form):
    body = BODY
    based_on = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class LinesForm(forms.Form):
    emergency = forms.ChoiceField(choices=SafetyLines.Emergency.choices, label="Emergency line")
    crisis = forms.ChoiceField(choices=SafetyLines.Crisis.choices, label="Crisis line")
    police = forms.CharField(max_length=40, required=False, label="Police, for a welfare check")
    support = forms.CharField(max_length=40, required=False, label="Support for our own staff")

    def __init__(self, data: Any, *, reach: Reach) -> None:
        super().__init__(data)
        self.fields["facility"] = PlaceField(reach, MANAGE)
        self.order_fields(["facility"])


@allow(MANAGE)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    reach = reach_of(request)
    return _page(request, NewTextForm(None, reach=reach), LinesForm(None, reach=reach))


@allow(MANAGE)
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    reach = reach_of(request)
    form = NewTextForm(request.POST, reach=reach)
    if form.is_valid():
        try:
            safetytexts.add(**form.cleaned_data, by=_person(request), at=timezone.now())
        except Refused as refusal:
            form.add_error("body", str(refusal))
        else:
            messages.success(request, "Kept. Another person approves it before it can be sent.")
            return redirect("safety-list")
    return _page(request, form, LinesForm(None, reach=reach))


@allow(MANAGE)
@require_POST
def starters(request: HttpRequest) -> HttpResponse:
    """The shipped texts, where there are none yet; they hold everywhere, and wait for approval."""
    if reach_of(request).facility_ids(MANAGE) is not None:
        messages.error(
            request, "These would hold in every facility. Only an admin of all facilities begins them."
        )
    else:
        safetytexts.ensure_starters(at=timezone.now())
    return redirect("safety-list")


@allow(MANAGE)
@require_POST
def lines(request: HttpRequest) -> HttpResponse:
    reach = reach_of(request)
    form = LinesForm(request.POST, reach=reach)
    if form.is_valid():
        left = safetylines.save(**form.cleaned_data, by=_person(request), at=timezone.now())
        messages.success(request, "The lines are kept.")
        if left:
            messages.warning(request, f"{left} approved texts name another line, and are not offered here.")
        return redirect("safety-list")
    return _page(request, NewTextForm(None, reach=reach), form)


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    text = _one(request, pk, MANAGE)
    versions = list(text.versions.select_related("by", "approved_by"))
    newest = versions[0] if versions else None
    initial = {"body": newest.body if newest else "", "based_on": newest.number if newest else 0}
    form = WordingForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            safetytexts.save(text, **form.cleaned_data, by=_person(request), at=timezone.now())
        except Refused as refusal:
            form.add_error("body", str(refusal))
        else:
            messages.success(request, "Kept. Another person approves it before it can be sent.")
            return redirect("safety-edit", pk=text.pk)
    return _edited(request, text, form)


@allow(APPROVE)
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve the newest wording in advance, as it stood on the page."""
    text = _one(request, pk, APPROVE)
    newest = text.versions.first()
    seen, ticked = request.POST.get("seen", "")[:64], request.POST.getlist("ticked")[:50]
    try:
        if newest is None:
            raise Refused("There is nothing to approve yet.")
        safetytexts.approve(newest, hash_seen=seen, ticked=ticked, by=_person(request), at=timezone.now())
    except Refused as refusal:
        form = WordingForm(None, initial={"body": newest.body, "based_on": newest.number} if newest else {})
        return _edited(request, text, form, refused=str(refusal))
    messages.success(request, "Approved. It can be sent with one key from now on, by anybody but you.")
    return redirect("safety-edit", pk=text.pk)


def _page(request: HttpRequest, form: NewTextForm, lines_form: LinesForm) -> HttpResponse:
    reach = reach_of(request)
    texts = SafetyText.objects.seen_within(reach.facility_ids(MANAGE)).prefetch_related(
        "versions__approved_by"
    )
    rows = [safetytexts.standing(text) for text in texts.select_related("facility")]
    kept = safetylines.seen_within(reach.facility_ids(MANAGE))
    context = {"form": form, "lines_form": lines_form, "rows": rows, "kept": kept, "reach": reach}
    status = 409 if form.errors or lines_form.errors else 200
    return render(request, "safety/list.html", context, status=status)


def _edited(request: HttpRequest, text: SafetyText, form: WordingForm, *, refused: str = "") -> HttpResponse:
    versions = list(text.versions.select_related("by", "approved_by"))
    newest, user = (versions[0] if versions else None), _person(request)
    may_approve = reach_of(request).covers(APPROVE, text.facility_id)
    waits = newest is not None and newest.approved_at is None
    context = {
        "text": text,
        "form": form,
        "versions": versions,
        "newest": newest,
        "lines": safetytexts.lines_of(text.facility_id),
        "can_approve": waits and may_approve and newest is not None and newest.by_id != user.pk,
        "to_tick": safetytexts.worst(newest.body, text.kind).to_tick if waits and newest else (),
        "waits": waits,
        "refused": refused,
    }
    return render(request, "safety/edit.html", context, status=409 if refused or form.errors else 200)


def _one(request: HttpRequest, pk: int, permission: Permission) -> SafetyText:
    within = SafetyText.objects.within(reach_of(request).facility_ids(permission))
    text = within.select_related("facility").filter(pk=min(pk, HIGHEST_ID)).first()
    if text is None:
        raise Http404("There is no such text.")
    return text


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
