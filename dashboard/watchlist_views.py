from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from dashboard.cards import Card, for_cards
from hospital.access import Permission, Reach, allow, reach_of
from hospital.models import Facility
from listening import watchlists
from listening.models import Mention, Query, Watchlist

SAMPLES = 20
HIGHEST_ID = 2**63 - 1
MANAGE = Permission.MANAGE_WATCHLISTS


class WatchlistForm(forms.Form):
    name = forms.CharField(max_length=120)
    purpose = forms.CharField(max_length=300, required=False)
    facility = forms.ModelChoiceField(Facility.objects.none(), required=False, empty_label="All facilities")
    lines = forms.CharField(widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}), strip=False)
    is_active = forms.BooleanField(required=False)

    def __init__(self, *args: object, reach: Reach, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.reach = reach
        facility = self.fields["facility"]
        assert isinstance(facility, forms.ModelChoiceField)  # noqa: S101
        facility.queryset = Facility.objects.within(reach.facility_ids(MANAGE))
        if reach.facility_ids(MANAGE) is not None:
            facility.required, facility.empty_label = True, None

    def save(self, watchlist: Watchlist | None, *, by: User) -> Watchlist | None:
        """The watchlist as saved, or None with the errors in the form."""
        values = dict(self.cleaned_data)
        values["lines"] = values["lines"].splitlines()
        try:
            return watchlists.save(watchlist, **values, by=by, at=timezone.now())
        except ValidationError as error:
            self.add_error(None, error)
            return None


@allow(MANAGE)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    kept = _reachable(request).select_related("facility", "owner")
    counted = kept.annotate(query_count=Count("queries", filter=Q(queries__is_active=True)))
    return render(request, "watchlists/list.html", {"watchlists": counted})


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def create(request: HttpRequest) -> HttpResponse:
    initial = {"is_active": True}
    form = WatchlistForm(request.POST or None, initial=initial, reach=reach_of(request))
    if request.method == "POST" and form.is_valid():
        saved = form.save(None, by=_person(request))
        if saved is not None:
            return _saved(request, saved)
    return render(request, "watchlists/edit.html", {"form": form}, status=409 if form.errors else 200)


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    watchlist = _reachable(request).select_related("facility").filter(pk=min(pk, HIGHEST_ID)).first()
    if watchlist is None:
        raise Http404("There is no such watchlist.")
    form = WatchlistForm(request.POST or None, initial=_as_typed(watchlist), reach=reach_of(request))
    if request.method == "POST" and form.is_valid():
        saved = form.save(watchlist, by=_person(request))
        if saved is not None:
            return _saved(request, saved)
        watchlist.refresh_from_db()
    context = {"form": form, "watchlist": watchlist, **_found(request, watchlist)}
    return render(request, "watchlists/edit.html", context, status=409 if form.errors else 200)


def _found(request: HttpRequest, watchlist: Watchlist) -> dict[str, object]:
    """The queries, and what one of them found last. One at a time: a watchlist may hold two hundred."""
    queries = _queries(watchlist)
    asked = request.GET.get("query", "")
    chosen = next((query for query in queries if str(query.pk) == asked), queries[0] if queries else None)
    facility_ids = reach_of(request).facility_ids(Permission.SEE_WALL)
    return {"queries": queries, "chosen": chosen, "samples": _samples(chosen, facility_ids)}


def _samples(query: Query | None, facility_ids: frozenset[int] | None) -> list[Card]:
    if query is None:
        return []
    newest = query.match_set.order_by("-pk").values_list("mention_id", flat=True)[: SAMPLES * 5]
    mentions = Mention.objects.within(facility_ids).filter(pk__in=list(newest))
    return [Card(mention) for mention in for_cards(mentions).newest_first()[:SAMPLES]]


def _reachable(request: HttpRequest) -> QuerySet[Watchlist]:
    facility_ids = reach_of(request).facility_ids(MANAGE)
    kept = Watchlist.objects.all()
    return kept if facility_ids is None else kept.filter(facility_id__in=facility_ids)


def _queries(watchlist: Watchlist) -> list[Query]:
    return list(watchlist.queries.filter(is_active=True).order_by("pk"))


def _as_typed(watchlist: Watchlist) -> dict[str, object]:
    return {
        "name": watchlist.name,
        "purpose": watchlist.purpose,
        "facility": watchlist.facility_id,
        "is_active": watchlist.is_active,
        "lines": "\n".join(query.expression for query in _queries(watchlist)),
    }


def _saved(request: HttpRequest, watchlist: Watchlist) -> HttpResponse:
    messages.success(request, f"“{watchlist.name}” is saved. The next poll obeys it.")
    return redirect("watchlist-edit", pk=watchlist.pk)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
