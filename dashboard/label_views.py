"""Saying of one mention how it should be read: as a panel above the page, or as a page of its own."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dashboard.cards import Card
from hospital.access import Permission, Reach, allow, reach_of
from listening import labels
from listening.labels import Refused
from listening.models import Label, Mention

HIGHEST_ID = 2**63 - 1
LABEL = Permission.LABEL


@dataclass(frozen=True)
class Choice:
    value: str
    word: str
    key: str
    is_now: bool


@dataclass(frozen=True)
class Panel:
    """What may be said of a mention, and what was said."""

    mention: Mention

    @property
    def card(self) -> Card:
        return Card(self.mention)

    @property
    def tones(self) -> list[Choice]:
        now = self.mention.sentiment
        return [
            Choice(tone.value, str(tone.label), str(key), tone.value == now)
            for key, tone in enumerate(Mention.Sentiment, 1)
        ]

    @property
    def topics(self) -> list[Choice]:
        now = self.mention.topics
        offered = labels.offered_topics(self.mention)
        return [Choice(topic, topic.replace("_", " "), "", topic in now) for topic in offered]

    @property
    def levels(self) -> list[Choice]:
        now = self.mention.level
        return [Choice(level.value, str(level.label), "", level.value == now) for level in Mention.Level]

    @cached_property
    def standing(self) -> dict[str, Label]:
        """What people said, by aspect."""
        found = self.mention.labels.standing().select_related("by")
        return {label.aspect: label for label in found}


@allow(LABEL)
@require_GET
@never_cache
def form(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "labels/form.html", {"panel": Panel(_mention(request, pk))})


@allow(LABEL)
@require_GET
@never_cache
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "labels/_panel.html", {"panel": Panel(_mention(request, pk))})


@allow(LABEL)
@require_POST
def put(request: HttpRequest, pk: int) -> HttpResponse:
    mention = _mention(request, pk)
    try:
        label = _put(request, mention)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"{label.get_aspect_display()} set to {label.words}.")
    return redirect("mention-detail", pk=mention.pk)


@allow(LABEL)
@require_POST
def put_here(request: HttpRequest, pk: int) -> HttpResponse:
    """The same, answered with the line that says so; the page hears `labelled`, shows itself anew."""
    mention = _mention(request, pk)
    try:
        return _said(request, {"label": _put(request, mention)})
    except Refused as refusal:
        return _said(request, {"refused": str(refusal)}, status=409)


@allow(LABEL)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    label = _label(request, pk)
    try:
        _undo(request, label)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"{label.get_aspect_display()} is as it was before.")
    return redirect("mention-detail", pk=label.mention_id)


@allow(LABEL)
@require_POST
def undo_here(request: HttpRequest, pk: int) -> HttpResponse:
    label = _label(request, pk)
    try:
        _undo(request, label)
    except Refused as refusal:
        return _said(request, {"refused": str(refusal)}, status=409)
    return _said(request, {"undone": label})


def _said(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The line that says what was done, or why it was not; the panel closes above it."""
    answer = render(request, "labels/_said.html", context, status=status)
    answer["HX-Trigger"] = "labelled"
    return answer


def _put(request: HttpRequest, mention: Mention) -> Label:
    aspect = request.POST.get("aspect", "")
    many = aspect == Label.Aspect.TOPICS
    value: Any = request.POST.getlist("value") if many else request.POST.get("value", "")
    at, may_lower = timezone.now(), may_lower_of(reach_of(request), mention)
    return labels.put(mention.pk, aspect, value, by=person(request), at=at, may_lower=may_lower)


def _undo(request: HttpRequest, label: Label) -> None:
    may_lower = may_lower_of(reach_of(request), label.mention)
    labels.undo(label, at=timezone.now(), may_lower=may_lower)


def may_lower_of(reach: Reach, mention: Mention) -> bool:
    return reach.covers(Permission.WORK_CASES, mention.facility_id)


def _mention(request: HttpRequest, pk: int) -> Mention:
    reachable = Mention.objects.within(reach_of(request).facility_ids(LABEL))
    related = reachable.select_related("source", "facility", "author").prefetch_related("matches")
    mention = related.filter(pk=min(pk, HIGHEST_ID)).first()
    if mention is None:
        raise Http404("There is no such mention.")
    return mention


def _label(request: HttpRequest, pk: int) -> Label:
    reachable = Label.objects.within(reach_of(request).facility_ids(LABEL))
    label = reachable.select_related("mention", "by").filter(pk=min(pk, HIGHEST_ID)).first()
    if label is None:
        raise Http404("There is no such label.")
    return label


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
