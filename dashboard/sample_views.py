"""Reading the weekly sample: one mention after the other, the reader's answer only afterwards."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dashboard import cards, masks
from dashboard.cards import Card
from dashboard.label_views import HIGHEST_ID, person
from hospital.access import Permission, allow, reach_of
from listening import labels, sampling
from listening.labels import Refused
from listening.models import Label, Mention, Sample, SampleItem

LONGEST = 4_000
LABEL = Permission.LABEL


@dataclass(frozen=True)
class Progress:
    read: int
    skipped: int
    of: int

    @property
    def done(self) -> int:
        return self.read + self.skipped

    @property
    def left(self) -> int:
        return self.of - self.done

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.of) if self.of else 0


@allow(LABEL)
@require_GET
@never_cache
def read(request: HttpRequest) -> HttpResponse:
    now, facility_ids = timezone.now(), reach_of(request).facility_ids(LABEL)
    item = sampling.next_for(person(request), now, facility_ids=facility_ids)
    context: dict[str, Any] = {
        "sample": Sample.objects.first(),
        "progress": progress_of(facility_ids),
        "item": item,
        "tones": list(enumerate(Mention.Sentiment, 1)),
        "before": _before(request),
        "next_at": sampling.week_of(now) + sampling.WEEK,
    }
    if item is not None:
        reach = reach_of(request).facility_ids(LABEL)
        mention = Mention.objects.within(reach).select_related("source", "facility").get(pk=item.mention_id)
        hidden = masks.in_text(mention, mention.text)
        context |= {"card": Card(mention), "pieces": cards.pieces(mention.text[:LONGEST], [], hidden)}
        context["is_cut"] = len(mention.text) > LONGEST
    return render(request, "labels/sample.html", context)


@allow(LABEL)
@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    try:
        sampling.draw_early(timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("sample-read")


@allow(LABEL)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    value = request.POST.get("value", "")
    try:
        sampling.answer(item, value, by=person(request), at=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("sample-read")
    return _next(item)


@allow(LABEL)
@require_POST
def skip(request: HttpRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    try:
        sampling.skip(item, by=person(request), at=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("sample-read")
    return _next(item)


@allow(LABEL)
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's answer back, or that it cannot be told, and read it again."""
    item = _item(request, pk)
    label = item.labels.not_undone().filter(by=person(request)).first()
    try:
        if label is not None:
            labels.undo(label, at=timezone.now())
        elif item.skipped_by_id == person(request).pk:
            sampling.unskip(item)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("sample-read")


def progress_of(facility_ids: frozenset[int] | None) -> Progress:
    """Of the newest sample, as far as this person can see."""
    newest = Sample.objects.first()
    if newest is None:
        return Progress(0, 0, 0)
    items = newest.items.within(facility_ids)
    # What was removed at its source can no longer be read, and is waited for by nobody.
    of = items.exclude(mention__is_gone=True, pk__in=items.unread()).count()
    skipped = items.filter(skipped_at__isnull=False).count()
    unread = items.waiting().count()
    return Progress(of - skipped - unread, skipped, of)


def _next(item: SampleItem) -> HttpResponse:
    return redirect(f"{reverse('sample-read')}?after={item.pk}")


def _before(request: HttpRequest) -> tuple[SampleItem, Label | None, list[str]] | None:
    """The one that this person has just answered, their answer, and why the reader gave its own."""
    asked = request.GET.get("after", "")
    if not asked.isdecimal() or len(asked) > 18:
        return None
    item = _reachable(request).filter(pk=int(asked)).first()
    if item is None:
        return None
    label = item.labels.not_undone().filter(by=person(request)).first()
    if label is None and item.skipped_by_id != person(request).pk:
        return None
    return item, label, [reason[:90] for reason in Card(item.mention).reasons]


def _reachable(request: HttpRequest) -> Any:
    return SampleItem.objects.within(reach_of(request).facility_ids(LABEL)).select_related("mention")


def _item(request: HttpRequest, pk: int) -> SampleItem:
    item = _reachable(request).filter(pk=min(pk, HIGHEST_ID)).first()
    if item is None:
        raise Http404("There is no such mention in the sample.")
    assert isinstance(item, SampleItem)  # noqa: S101
    return item
