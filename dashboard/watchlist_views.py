"""Watchlists: the list, and the editor with what its lines would find."""

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard import previews
from dashboard.cards import Card, for_cards
from hospital.access import Permission, Reach, allow, reach_of
from hospital.models import Facility
from listening import previewing, translating, typed, watchlists
from listening.models import Mention, Query, Source, Watchlist
from listening.previewing import Lines
from listening.typed import Reading

SAMPLES = 20
HIGHEST_ID = 2**63 - 1
MAX_CHARACTERS = 200_000
MANAGE = Permission.MANAGE_WATCHLISTS


class WatchlistForm(forms.Form):
    name = forms.CharField(max_length=120)
    purpose = forms.CharField(max_length=300, required=False)
    facility = forms.ModelChoiceField(Facility.objects.none(), required=False, empty_label="All facilities")
    lines = forms.CharField(
        strip=False, max_length=MAX_CHARACTERS, error_messages={"required": "Write a query."}
    )
    is_active = forms.BooleanField(required=False)

    def __init__(self, *args: object, reach: Reach, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.reach = reach
        facility = self.fields["facility"]
        assert isinstance(facility, forms.ModelChoiceField)  # noqa: S101
        facility.queryset = Facility.objects.within(reach.facility_ids(MANAGE))
        if reach.facility_ids(MANAGE) is not None:
            facility.required, facility.empty_label = True, None

    @property
    def typed(self) -> str:
        return str(self["lines"].value() or "")[:MAX_CHARACTERS]

    def clean_lines(self) -> list[str]:
        reading = typed.read(self.cleaned_data["lines"])
        if reading.mistakes:
            raise ValidationError([f"Line {each.line}: {each.sentence}" for each in reading.mistakes])
        return reading.texts

    def save(self, watchlist: Watchlist | None, *, by: User) -> Watchlist | None:
        """The watchlist as saved, or None with the errors in the form."""
        try:
            return watchlists.save(watchlist, **self.cleaned_data, by=by, at=timezone.now())
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
    return _edited(request, None, {"is_active": True})


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    watchlist = _watchlist(request, pk)
    return _edited(request, watchlist, _as_typed(watchlist))


@allow(MANAGE)
@require_POST
@never_cache
def preview_new(request: HttpRequest) -> HttpResponse:
    return _previewed(request, None)


@allow(MANAGE)
@require_POST
@never_cache
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    return _previewed(request, _watchlist(request, pk))


def _edited(request: HttpRequest, watchlist: Watchlist | None, initial: dict[str, object]) -> HttpResponse:
    form = WatchlistForm(request.POST or None, initial=initial, reach=reach_of(request))
    if request.method == "POST" and form.is_valid():
        saved = form.save(watchlist, by=_person(request))
        if saved is not None:
            messages.success(request, f"“{saved.name}” is saved. The next poll obeys it.")
            return redirect("watchlist-edit", pk=saved.pk)
        if watchlist is not None:
            watchlist.refresh_from_db()
    context = _context(request, watchlist, form, typed.read(form.typed))
    return render(request, "watchlists/edit.html", context, status=409 if form.errors else 200)


def _previewed(request: HttpRequest, watchlist: Watchlist | None) -> HttpResponse:
    """The same page with what was typed, and what it would find."""
    initial = {**request.POST.dict(), "is_active": "is_active" in request.POST}
    form = WatchlistForm(initial=initial, reach=reach_of(request))
    reading = typed.read(form.typed)
    context = _context(request, watchlist, form, reading)
    if reading.mistakes or not reading.understood or context["trouble"]:
        answer = render(request, "watchlists/edit.html", context)
        # The preview of the last lines that could be read stays where it is.
        answer["HX-Reswap"] = "none"
        return answer
    return render(request, "watchlists/edit.html", {**context, **_found_by(request, watchlist, reading)})


def _context(
    request: HttpRequest, watchlist: Watchlist | None, form: WatchlistForm, reading: Reading
) -> dict[str, object]:
    expressions = [each.expression for each in reading.understood]
    sources = list(Source.objects.polled())
    return {
        "form": form,
        "watchlist": watchlist,
        "reading": reading,
        "trouble": _trouble(reading),
        "sent": translating.sent(expressions, sources),
        **_found_last(request, watchlist),
    }


def _trouble(reading: Reading) -> list[str]:
    """What else would keep the lines from being saved."""
    try:
        watchlists.checked(reading.texts) if reading.understood else None
    except ValidationError as error:
        return error.messages
    return []


def _found_by(request: HttpRequest, watchlist: Watchlist | None, reading: Reading) -> dict[str, object]:
    """What the lines find in what is stored, and what of it is to be opened."""
    now, reach = timezone.now(), reach_of(request).facility_ids(Permission.SEE_WALL)
    sources = list(Source.objects.polled())
    expressions = [each.expression for each in reading.understood]
    lines = Lines(tuple(reading.texts), _in_force(watchlist), translating.paid(expressions, sources))
    told = previews.opened(request.POST.get("told", ""), lines, reach)
    found = previewing.preview(lines, facility_ids=reach, now=now, told=told, goes_on="go_on" in request.POST)
    wanted = previews.wanted(request.POST.get("show", ""), found.first_day)
    return {
        "preview": previews.drawn(found, reach, wanted, now),
        "sent": translating.sent(
            expressions,
            sources,
            translating.prices(found.told.paid, found.days_looked_at, sources, now),
        ),
        "told": previews.sealed(found, reach),
    }


def _in_force(watchlist: Watchlist | None) -> tuple[str, ...]:
    # What an earlier version of the program took may be no query any more.
    return tuple(typed.readable(watchlists.lines_of(watchlist))) if watchlist else ()


def _found_last(request: HttpRequest, watchlist: Watchlist | None) -> dict[str, object]:
    """The queries, and what one of them found last. One at a time: a watchlist may hold two hundred."""
    if watchlist is None:
        return {}
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


def _watchlist(request: HttpRequest, pk: int) -> Watchlist:
    found = _reachable(request).select_related("facility").filter(pk=min(pk, HIGHEST_ID)).first()
    if found is None:
        raise Http404("There is no such watchlist.")
    return found


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
        "lines": typed.wrapped([query.expression for query in _queries(watchlist)]),
    }


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
