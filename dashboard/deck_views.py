"""Pages and buttons of decks. One that somebody may not see, or not change, does not exist for them."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts.refusals import Refused
from dashboard import decks, kinds, lookers
from dashboard.deck_forms import ArrangeForm, ColumnForm, DeckForm, SharedForm
from dashboard.models import Column, Deck
from dashboard.screens import programme
from hospital.access import Permission, allow, reach_of

HIGHEST_ID = 2**63 - 1
View = Callable[..., HttpResponse]


def refusing(view: View) -> View:
    """What is refused is said on the deck's own page."""

    @wraps(view)
    def wrapped(request: HttpRequest, slug: str, **places: int) -> HttpResponse:
        try:
            return view(request, slug, **places)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("deck-edit", slug)

    return wrapped


@allow(Permission.SEE_WALL)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    reach = reach_of(request)
    seen = [(deck, decks.may_change(deck, reach)) for deck in decks.seen_by(request.user)]
    return render(request, "decks/list.html", {"decks": seen, "form": DeckForm()})


@allow(Permission.SEE_WALL)
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    return _made(request, None)


@allow(Permission.SEE_WALL)
@require_POST
def copy(request: HttpRequest, slug: str) -> HttpResponse:
    """A deck of one's own, like one that one sees."""
    return _made(request, None if slug == decks.EVERYDAY_SLUG else lookers.deck_named(request.user, slug))


def _made(request: HttpRequest, like: Deck | None) -> HttpResponse:
    form = DeckForm(request.POST)
    name = form.cleaned_data["name"] if form.is_valid() else f"{like or 'My deck'}"
    deck = decks.make(name, by=_person(request), at=timezone.now(), like=like)
    messages.success(request, "It is yours. Put in the columns you want to see.")
    return redirect("deck-edit", deck.slug)


@allow(Permission.SEE_WALL)
@require_http_methods(["GET", "POST"])
@never_cache
@refusing
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    deck = _mine(request, slug)
    may_share = reach_of(request).can(Permission.MANAGE_DECKS)
    known = {"name": deck.name, "is_shared": deck.is_shared}
    form = (SharedForm if may_share else DeckForm)(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        said = {"is_shared": deck.is_shared, **form.cleaned_data}
        decks.change(deck, **said, by=_person(request), at=timezone.now())
        messages.success(request, "Saved.")
        return redirect("deck-edit", slug)
    context = {
        "deck": deck,
        "form": form,
        "columns": deck.columns.all(),
        "kinds": kinds.KINDS.values(),
        "hanging": programme.hanging(deck),
    }
    return render(request, "decks/edit.html", context, status=409 if form.errors else 200)


@allow(Permission.SEE_WALL)
@require_POST
@refusing
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    deck = _mine(request, slug)
    decks.delete(deck, by=_person(request), at=timezone.now())
    messages.success(request, f"Deleted: {deck.name}.")
    return redirect("deck-list")


@allow(Permission.SEE_WALL)
@require_POST
@refusing
def add(request: HttpRequest, slug: str) -> HttpResponse:
    deck = _mine(request, slug)
    kind = request.POST.get("kind", "")
    if kind not in kinds.KINDS:
        raise Http404("There is no such kind of column.")
    decks.add(deck, decks.ready_made(kind), by=_person(request), at=timezone.now())
    return redirect("deck-edit", slug)


@allow(Permission.SEE_WALL)
@require_http_methods(["GET", "POST"])
@never_cache
@refusing
def column(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    chosen = _column(request, slug, number)
    facility_ids = reach_of(request).facility_ids(Permission.SEE_WALL)
    form = ColumnForm(request.POST or None, facility_ids, chosen)
    if request.method == "POST" and form.is_valid():
        decks.put(chosen, form.draft, by=_person(request), at=timezone.now())
        return redirect(f"{chosen.deck.get_absolute_url()}#c{chosen.pk}")
    context = {"deck": chosen.deck, "column": chosen, "form": form}
    return render(request, "decks/column.html", context, status=409 if form.errors else 200)


@allow(Permission.SEE_WALL)
@require_POST
@refusing
def arrange(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    chosen = _column(request, slug, number)
    form = ArrangeForm(request.POST)
    if not form.is_valid():
        raise Http404("A column has no such look.")
    by, at = _person(request), timezone.now()
    if step := form.cleaned_data["step"]:
        decks.move(chosen, step, by=by, at=at)
    if form.look:
        decks.put(chosen, replace(decks.draft_of(chosen), **form.look), by=by, at=at)
    if request.POST.get("back") == "edit":
        return redirect("deck-edit", slug)
    # A menu that was open stays so: else the keyboard would be at a button that nobody can see.
    opened = f"?menu=c{chosen.pk}" if "menu" in request.GET else ""
    return redirect(f"{chosen.deck.get_absolute_url()}{opened}#c{chosen.pk}")


@allow(Permission.SEE_WALL)
@require_POST
@refusing
def remove(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    decks.remove(_column(request, slug, number), by=_person(request), at=timezone.now())
    return redirect("deck-edit", slug)


def _mine(request: HttpRequest, slug: str) -> Deck:
    """A deck that whoever asks may change."""
    deck = lookers.deck_named(request.user, slug)
    if not decks.may_change(deck, reach_of(request)):
        raise Http404("There is no such deck of yours. Copy this one, and change the copy.")
    return deck


def _column(request: HttpRequest, slug: str, number: int) -> Column:
    deck = _mine(request, slug)
    column = deck.columns.filter(pk=min(number, HIGHEST_ID)).first()
    if column is None:
        raise Http404("There is no such column.")
    column.deck = deck
    return column


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
