from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alerts import chips
from dashboard import band, choices, decks, folding, lookers, pulse, rows, visits
from dashboard.cards import Card
from dashboard.choices import Offered
from dashboard.faces import Face
from dashboard.folding import Place
from dashboard.kinds import OPERATIONS
from dashboard.looking import Looker
from dashboard.models import Deck
from dashboard.rows import Cursor, Rows
from dashboard.standing import EVERYDAY, LEVELS, NEWEST, Slot
from dashboard.visits import Away
from dashboard.wall_filters import WallFilter
from hospital.access import Permission, allow, reach_of
from listening import sampled, wall_sequence
from listening.models import Mention
from listening.models.source import Liveness

ON_DESK, OLDER = 24, 40
ON_SCREEN = 12
"""Cards a column begins with, and that are asked for further down; a big screen shows four and keeps some in
reserve. Cards are most of what a page costs."""
NAMED_ON_SCREEN = 4
EVERYDAY_KEYS = [slot.key for slot in EVERYDAY]


@dataclass(frozen=True)
class Look:
    """One person looking at the wall at one moment."""

    looker: Looker
    offered: Offered
    now: datetime
    deck: Deck | None = None  # None: the one that stands for everybody
    user_id: int | None = None

    @classmethod
    def of(cls, request: HttpRequest, deck: Deck | None = None) -> "Look":
        reach = reach_of(request)
        offered = choices.offered(reach.facility_ids(Permission.SEE_WALL))
        looker = lookers.looking(reach, deck, offered.read(request.GET))
        shown = None if looker.wanted.is_big_screen else deck
        return cls(looker, offered, timezone.now(), shown, reach.user.pk)

    @property
    def facility_ids(self) -> frozenset[int] | None:
        return self.looker.facility_ids

    @property
    def wanted(self) -> WallFilter:
        return self.looker.wanted

    @cached_property
    def away(self) -> Away | None:
        """Since when they were away. A wall that hangs before everybody is nobody's."""
        return None if self.wanted.is_big_screen else visits.away(self.user_id, self.now)

    @property
    def query(self) -> str:
        """What the stream is asked for."""
        deck = urlencode({"deck": self.deck.slug}) if self.deck else ""
        return "&".join(filter(None, (deck, self.wanted.query)))

    def rows(self, slot: Slot) -> Rows:
        view = Mention.objects.within(self.facility_ids).for_wall()
        view = self.wanted.narrow(view.filter(slot.standing.stored(self.wanted.sentiment)), self.now)
        return rows.of(slot, view, self.now)

    def places(self, slot: Slot, size: int, before: Cursor | None) -> tuple[list[Place], Cursor | None]:
        return folding.Column(self.rows(slot), is_folded=self.wanted.is_folded).places(size, before)

    def card(self, place: Place, slot: Slot) -> Card:
        came_at = place.taken_by.collected_at
        return Card(
            place.shown,
            is_named=self.looker.face is Face.DESK,
            stands_at=place.cursor.at,
            suffix=slot.suffix,
            shows_work=self.looker.sees_cases_in(place.shown.facility_id),
            came_at=came_at,
            there=self.away.said if self.away and self.away.had(came_at) else "",
        )


@dataclass(frozen=True)
class Shelf:
    """A column with the cards that stand in it."""

    column: Slot
    cards: list[Card]
    older_url: str = ""
    cursor: str = ""

    @classmethod
    def of(cls, look: Look, slot: Slot, size: int, before: Cursor | None = None) -> "Shelf":
        if slot.kind is OPERATIONS:
            return cls(slot, [])
        places, last = look.places(slot, size, before)
        shown = [look.card(place, slot) for place in places]
        return cls(slot, shown, older_link(look, slot), written(slot, last) if last else "")

    @property
    def older_href(self) -> str:
        """The same as a plain link; empty where nothing follows."""
        sign = "&" if "?" in self.older_url else "?"
        return f"{self.older_url}{sign}before={self.cursor}" if self.cursor else ""

    @property
    def triage(self) -> str:
        """Where the cases of what stands here lie."""
        queue = self.column.kind.queue
        return reverse("case-list") + (f"?queue={queue}" if queue else "")


def chipped(shelves: Sequence[Shelf], now: datetime) -> list[Shelf]:
    """The same, with what operations say now on the cards that speak of it."""
    found = chips.for_mentions([card.mention for shelf in shelves for card in shelf.cards], now)

    def told(card: Card) -> Card:
        chip = found.get(card.mention.pk)
        return replace(card, chip=chip.text) if chip else card

    return (
        [replace(shelf, cards=[told(card) for card in shelf.cards]) for shelf in shelves]
        if found
        else [*shelves]
    )


def older_link(look: Look, slot: Slot) -> str:
    wanted = look.wanted.but(is_big_screen=False)
    return reverse("wall-older", args=[slot.key]) + (f"?{wanted.query}" if wanted.query else "")


def written(slot: Slot, cursor: Cursor) -> str:
    said = f"{cursor.at.isoformat().replace('+00:00', 'Z')}_{cursor.pk}"
    return said if slot.sort == NEWEST else f"{said}_{cursor.level}"


def read_cursor(cursor: str) -> Cursor:
    """A moment, an id and perhaps a level; the moment in ISO form, or in seconds as a card has it."""
    moment, pk, level = (*cursor.split("_"), "", "", "")[:3]
    try:
        is_number = moment.replace(".", "", 1).isdecimal() and moment.isascii()
        at = datetime.fromtimestamp(float(moment), UTC) if is_number else parse_datetime(moment)
    except (ValueError, OverflowError, OSError):
        at = None
    is_sound = pk.isascii() and pk.isdigit() and len(pk) <= 18 and level in ("", *LEVELS)
    if at is None or timezone.is_naive(at) or not is_sound:
        raise Http404
    return Cursor(at, int(pk), level)


def status_of(look: Look) -> dict[str, Any]:
    midnight = timezone.localtime(look.now).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "wanted": look.wanted,
        "now": look.now,
        "pulse": pulse.last_hour(look.facility_ids, look.offered, look.wanted, look.now),
        "today": pulse.published_today(look.facility_ids, midnight),
        "accuracy": sampled.present(look.now),
        "band": band.open_emergencies(look.facility_ids, look.now, is_named=not look.wanted.is_big_screen),
        **feeds_of(look),
    }


def feeds_of(look: Look) -> dict[str, Any]:
    """Each source with its liveness. A big screen with many names only those that are not live."""
    asked = [source for source in look.offered.sources if source.is_active and source.kind != source.IMPORT]
    feeds = [(source, source.liveness(look.now)) for source in asked]
    if not look.wanted.is_big_screen or len(feeds) <= NAMED_ON_SCREEN:
        return {"feeds": feeds}
    troubled = [(source, state) for source, state in feeds if state != Liveness.LIVE]
    return {"feeds": troubled, "live_feeds": len(feeds) - len(troubled)}


@allow(Permission.SEE_WALL)
@require_GET
@never_cache
def wall(request: HttpRequest) -> HttpResponse:
    """The deck they looked at last; a big screen has the columns of everybody."""
    return page(request, Look.of(request, decks.last_of(request.user)))


@allow(Permission.SEE_WALL)
@require_GET
@never_cache
def deck(request: HttpRequest, slug: str) -> HttpResponse:
    chosen = None if slug == decks.EVERYDAY_SLUG else lookers.deck_named(request.user, slug)
    opened = Look.of(request, chosen)
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    decks.remember(request.user, chosen)
    return page(request, opened)


def page(request: HttpRequest, look: Look) -> HttpResponse:
    # Taken before the rows: what commits meanwhile comes by the stream, and a card that comes twice is one.
    after = wall_sequence.newest()
    is_screen = look.wanted.is_big_screen
    size = ON_SCREEN if is_screen else ON_DESK
    context = {
        "after": after,
        "look": look,
        "shelves": chipped([Shelf.of(look, slot, size) for slot in look.looker.slots], look.now),
        "offered": look.offered,
        "sentiments": Mention.Sentiment,
        **({} if is_screen else desk_of(request, look)),
        **status_of(look),
    }
    return render(request, "wall/screen.html" if is_screen else "wall/wall.html", context)


def desk_of(request: HttpRequest, look: Look) -> dict[str, Any]:
    """What only a desk needs: other decks, and what may be changed of this one."""
    return {
        "decks": decks.seen_by(request.user),
        "may_change_deck": look.deck is not None and decks.may_change(look.deck, reach_of(request)),
    }


@allow(Permission.SEE_WALL)
@require_GET
@never_cache
def status(request: HttpRequest) -> HttpResponse:
    return render(request, "wall/_status.html", {"is_swap": True, **status_of(Look.of(request))})


@allow(Permission.SEE_WALL)
@require_GET
@never_cache
def older(request: HttpRequest, column: str) -> HttpResponse:
    deck = None if column in EVERYDAY_KEYS else lookers.deck_with(request.user, column)
    opened = Look.of(request, deck)
    slot = next((slot for slot in opened.looker.slots if slot.key == column), None)
    if slot is None:
        raise Http404
    before = read_cursor(request.GET.get("before", ""))
    [shelf] = chipped([Shelf.of(opened, slot, OLDER, before)], opened.now)
    return render(request, "wall/older.html", {"shelf": shelf, "wanted": opened.wanted, "look": opened})
