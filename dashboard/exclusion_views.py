"""“Not about us”: what can be left out at a post and what else would go; what is left out, and its undo."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.cards import Card, for_cards
from dashboard.label_views import person
from dashboard.watchlist_pages import HIGHEST_ID, MANAGE, facility_ids
from hospital.access import allow
from listening import exclusion_drafts, exclusions, tasks
from listening.blocks import site_of
from listening.doorbell import ring
from listening.exclusion_drafts import DAYS, MOST_DAYS, Trial, Wish
from listening.labels import Refused
from listening.models import Exclusion, Mention

SHOWN = 50
LISTED = 200
SAYS = {
    Exclusion.Kind.PHRASE: "Every post that holds these words, in this order.",
    Exclusion.Kind.CONTEXT: "Every post that a query finds and that holds this word as well.",
    Exclusion.Kind.SITE: "Every article of this site.",
    Exclusion.Kind.AUTHOR: "Every post of this author, for a while and with a reason.",
}


class ExcludeForm(forms.Form):
    kind = forms.ChoiceField(choices=Exclusion.Kind.choices)
    words = forms.CharField(max_length=200, required=False)
    term = forms.CharField(max_length=200, required=False)
    query = forms.IntegerField(min_value=1, max_value=HIGHEST_ID, required=False)
    days = forms.IntegerField(min_value=1, max_value=MOST_DAYS, required=False)
    reason = forms.CharField(max_length=300, required=False)
    is_everywhere = forms.BooleanField(required=False)

    def wish(self, *, may_everywhere: bool) -> Wish:
        values = self.cleaned_data
        is_context = values["kind"] == Exclusion.Kind.CONTEXT
        return Wish(
            kind=values["kind"],
            words=values["term"] if is_context else values["words"],
            query_id=values["query"],
            is_everywhere=values["is_everywhere"] and may_everywhere,
            reason=values["reason"],
            days=values["days"] or DAYS,
        )


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def exclude(request: HttpRequest, pk: int) -> HttpResponse:
    """GET offers what can be left out; POST shows what else would go, or keeps what was shown."""
    mention = _mention(request, pk)
    form = ExcludeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, mention, form)
    if mention.exclusion_id:
        return redirect("mention-exclude", mention.pk)
    if not form.is_valid():
        said = f"Choose what to leave out; days are 1 to {MOST_DAYS}."
        return _page(request, mention, form, refused=said)
    return _tried(request, mention, form)


def _tried(request: HttpRequest, mention: Mention, form: ExcludeForm) -> HttpResponse:
    ids = facility_ids(request)
    wish = form.wish(may_everywhere=ids is None)
    try:
        made = exclusion_drafts.draft(wish, mention, by=person(request), at=timezone.now())
        told = exclusion_drafts.trial(made, facility_ids=ids)
        exclusion_drafts.check_width(made, told)
        if "keep" in request.POST and request.POST.get("shown") == wish.key:
            exclusion_drafts.check_reason(made)
            return _kept(request, made)
    except Refused as refusal:
        return _page(request, mention, form, refused=str(refusal))
    return _page(request, mention, form, made=made, told=told, key=wish.key)


def _kept(request: HttpRequest, made: Exclusion) -> HttpResponse:
    saved = exclusions.put(made, at=made.at)
    ring(tasks.carry_out_exclusion, saved.pk)
    messages.success(request, "Left out. It can be undone here at any time.")
    return redirect("exclusion-detail", pk=saved.pk)


def _page(
    request: HttpRequest,
    mention: Mention,
    form: ExcludeForm,
    *,
    made: Exclusion | None = None,
    told: Trial | None = None,
    key: str = "",
    refused: str = "",
) -> HttpResponse:
    offered = exclusion_drafts.kinds(mention)
    context: dict[str, Any] = {
        "card": Card(mention),
        "form": form,
        "kinds": [(kind, Exclusion.Kind(kind).label, SAYS[Exclusion.Kind(kind)]) for kind in offered],
        "chosen": form.data.get("kind") or offered[0],
        "queries": exclusion_drafts.queries_of(mention),
        "suggestion": form.data.get("words", exclusion_drafts.suggestion(mention)),
        "site": site_of(mention.url),
        "days": DAYS,
        "most_days": MOST_DAYS,
        "may_everywhere": facility_ids(request) is None,
        "refused": refused,
    }
    if made and told:
        shown = _cards(request, told.sample_ids)
        context |= {"made": made, "told": told, "key": key, "samples": shown}
    return render(request, "exclusions/exclude.html", context, status=409 if refused else 200)


@allow(MANAGE)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    kept = _reachable(request).select_related("by", "ended_by", "facility", "author")
    left_out = Mention.objects.within(facility_ids(request)).filter(is_gone=False)
    context = {
        "rows": [(each, _held(request, each).excluded().count()) for each in kept.standing()[:LISTED]],
        "ended": kept.filter(ended_at__isnull=False)[:SHOWN],
        "total": left_out.excluded().count(),
        "shown_for_safety": left_out.there().filter(exclusion__isnull=False).count(),
    }
    return render(request, "exclusions/list.html", context)


@allow(MANAGE)
@require_GET
@never_cache
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    exclusion = _exclusion(request, pk)
    held = _held(request, exclusion)
    newest = held.newest_first().values_list("pk", flat=True)[:SHOWN]
    context = {
        "exclusion": exclusion,
        "count": held.excluded().count(),
        "shown_for_safety": held.there().count(),
        "is_busy": exclusion.applied_at is None if exclusion.is_standing else held.exists(),
        "samples": _cards(request, list(newest)),
        "says": SAYS[Exclusion.Kind(exclusion.kind)],
    }
    return render(request, "exclusions/detail.html", context)


@allow(MANAGE)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    exclusion = _exclusion(request, pk)
    if exclusions.undo(exclusion, by=person(request), at=timezone.now()):
        ring(tasks.carry_out_exclusion, exclusion.pk)
        messages.success(request, "Undone. What it left out comes back to the walls and the queues now.")
    else:
        messages.warning(request, "Somebody else has undone it already.")
    return redirect("exclusion-detail", pk=exclusion.pk)


def _mention(request: HttpRequest, pk: int) -> Mention:
    reachable = Mention.objects.within(facility_ids(request)).filter(is_gone=False)
    related = reachable.select_related("source", "facility", "author", "exclusion", "story")
    return get_object_or_404(related.prefetch_related("matches__query"), pk=min(pk, HIGHEST_ID))


def _reachable(request: HttpRequest) -> Any:
    return Exclusion.objects.within(facility_ids(request))


def _exclusion(request: HttpRequest, pk: int) -> Exclusion:
    related = _reachable(request).select_related("by", "ended_by", "facility", "author")
    found = related.filter(pk=min(pk, HIGHEST_ID)).first()
    if found is None:
        raise Http404("There is no such exclusion.")
    return found  # type: ignore[no-any-return]


def _held(request: HttpRequest, exclusion: Exclusion) -> Any:
    return Mention.objects.within(facility_ids(request)).filter(exclusion=exclusion, is_gone=False)


def _cards(request: HttpRequest, mention_ids: list[int]) -> list[Card]:
    found = Mention.objects.within(facility_ids(request)).filter(pk__in=mention_ids)
    return [Card(mention) for mention in for_cards(found).newest_first()]
