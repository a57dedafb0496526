"""Judging what a watchlist finds, one post after the other, and what the answers show."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dashboard import cards, masks
from dashboard.cards import Card
from dashboard.label_views import person
from dashboard.watchlist_pages import HIGHEST_ID, MANAGE, facility_ids, watchlist_of
from hospital.access import allow
from listening import relevance
from listening.labels import Refused
from listening.models import Mention, RelevanceItem

LONGEST = 4_000
ANSWERS = (("yes", "Relevant", "y"), ("no", "Not relevant", "n"), ("unsure", "Can't tell", "0"))


@allow(MANAGE)
@require_GET
@never_cache
def precision(request: HttpRequest, pk: int) -> HttpResponse:
    watchlist, now = watchlist_of(request, pk), timezone.now()
    sample = relevance.newest(watchlist)
    items = sample.items.within(facility_ids(request)) if sample else RelevanceItem.objects.none()
    item = items.waiting().first()
    # What was removed at its source meanwhile is waited for by nobody.
    of = items.exclude(verdict="", mention__is_gone=True).count()
    context: dict[str, Any] = {
        "watchlist": watchlist,
        "sample": sample,
        "item": item,
        "done": of - items.waiting().count(),
        "of": of,
        "precision": relevance.estimate(watchlist),
        "by_query": relevance.by_query(watchlist, now),
        "has_changed": bool(sample and relevance.has_changed_since(watchlist, sample)),
        "again_on": sample.drawn_at + relevance.EVERY if sample else None,
        "is_due": relevance.is_due(watchlist, now),
        "judged": _judged(request, items),
        "answers": ANSWERS,
        "tab": "precision",
    }
    if item is not None:
        context |= _post(request, item)
    return render(request, "watchlists/precision.html", context)


def _post(request: HttpRequest, item: RelevanceItem) -> dict[str, Any]:
    related = Mention.objects.within(facility_ids(request)).select_related("source", "facility", "story")
    mention = related.prefetch_related("matches").get(pk=item.mention_id)
    card = Card(mention)
    return {
        "card": card,
        "pieces": cards.pieces(
            mention.text[:LONGEST], card.spans, masks.in_text(mention, mention.text, card.spans)
        ),
        "is_cut": len(mention.text) > LONGEST,
    }


def _judged(request: HttpRequest, items: Any) -> list[tuple[RelevanceItem, Card]]:
    answered = list(items.exclude(verdict="").order_by("-at", "-position"))
    found = Mention.objects.within(facility_ids(request)).filter(
        pk__in=[each.mention_id for each in answered]
    )
    by_id = {mention.pk: Card(mention) for mention in cards.for_cards(found)}
    return [(each, by_id[each.mention_id]) for each in answered if each.mention_id in by_id]


@allow(MANAGE)
@require_POST
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    watchlist = watchlist_of(request, pk)
    try:
        relevance.draw(watchlist, timezone.now(), by=person(request))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("watchlist-precision", pk=watchlist.pk)


@allow(MANAGE)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    try:
        relevance.answer(item, request.POST.get("value", "")[:10], by=person(request), at=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("watchlist-precision", pk=item.sample.watchlist_id)


@allow(MANAGE)
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    relevance.take_back(item)
    return redirect("watchlist-precision", pk=item.sample.watchlist_id)


def _item(request: HttpRequest, pk: int) -> RelevanceItem:
    reachable = RelevanceItem.objects.within(facility_ids(request)).select_related("sample")
    found = reachable.filter(pk=min(pk, HIGHEST_ID)).first()
    if found is None:
        raise Http404("There is no such post in the sample.")
    watchlist_of(request, found.sample.watchlist_id)
    return found
