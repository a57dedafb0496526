from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dashboard import band, choices, folding, pulse
from dashboard.cards import Card
from dashboard.choices import Offered
from dashboard.columns import Column, standing_in
from dashboard.folding import Cursor, Place
from dashboard.wall_filters import WallFilter
from hospital.access import Permission, Reach, allow, reach_of
from listening import sampled, wall_sequence
from listening.models import Mention
from listening.models.mention import MentionQuerySet
from listening.models.source import Liveness

ON_DESK = 40
ON_SCREEN = 12
"""Cards a column begins with; a big screen shows four and keeps some in reserve."""
NAMED_ON_SCREEN = 4


@dataclass(frozen=True)
class Look:
    """One person looking at the wall at one moment."""

    reach: Reach
    offered: Offered
    wanted: WallFilter
    now: datetime

    @classmethod
    def of(cls, request: HttpRequest) -> "Look":
        reach = reach_of(request)
        offered = choices.offered(reach.facility_ids(Permission.SEE_WALL))
        return cls(reach, offered, offered.read(request), timezone.now())

    @property
    def facility_ids(self) -> frozenset[int] | None:
        return self.reach.facility_ids(Permission.SEE_WALL)

    def mentions(self, column: Column) -> MentionQuerySet:
        standing = standing_in(column, self.wanted.sentiment)
        mentions = Mention.objects.within(self.facility_ids).for_wall().filter(standing)
        return self.wanted.narrow(mentions, self.now)

    def places(self, column: Column, size: int, before: Cursor | None) -> tuple[list[Place], Cursor | None]:
        return folding.Column(self.mentions(column), is_folded=self.wanted.is_folded).places(size, before)

    def card(self, place: Place) -> Card:
        may_see = self.reach.covers(Permission.SEE_CASES, place.shown.facility_id)
        is_named = not self.wanted.is_big_screen
        return Card(place.shown, is_named=is_named, stands_at=place.cursor[0], shows_work=may_see)


@dataclass(frozen=True)
class Shelf:
    """A column with the cards that stand in it."""

    column: Column
    cards: list[Card]
    older_url: str

    @classmethod
    def of(cls, look: Look, column: Column, size: int, before: Cursor | None = None) -> "Shelf":
        places, last = look.places(column, size, before)
        shown = [look.card(place) for place in places]
        return cls(column, shown, older_link(look, column, last) if last else "")


def older_link(look: Look, column: Column, last: Cursor) -> str:
    wanted = look.wanted.but(is_big_screen=False)
    address = reverse("wall-older", args=[column])
    cursor = f"{last[0].isoformat().replace('+00:00', 'Z')}_{last[1]}"
    return f"{address}?before={cursor}" + (f"&{wanted.query}" if wanted.query else "")


def read_cursor(cursor: str) -> Cursor:
    moment, _, pk = cursor.rpartition("_")
    try:
        at = parse_datetime(moment)
    except ValueError:
        at = None
    if at is None or timezone.is_naive(at) or not pk.isascii() or not pk.isdigit() or len(pk) > 18:
        raise Http404
    return at, int(pk)


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
    look = Look.of(request)
    # Taken before the rows: what commits meanwhile comes by the stream, and a card that comes twice is one.
    after = wall_sequence.newest()
    size = ON_SCREEN if look.wanted.is_big_screen else ON_DESK
    context = {
        "after": after,
        "shelves": [Shelf.of(look, column, size) for column in Column],
        "offered": look.offered,
        "sentiments": Mention.Sentiment,
        **status_of(look),
    }
    return render(request, "wall/screen.html" if look.wanted.is_big_screen else "wall/wall.html", context)


@allow(Permission.SEE_WALL)
@require_GET
@never_cache
def status(request: HttpRequest) -> HttpResponse:
    return render(request, "wall/_status.html", {"is_swap": True, **status_of(Look.of(request))})


@allow(Permission.SEE_WALL)
@require_GET
@never_cache
def older(request: HttpRequest, column: str) -> HttpResponse:
    if column not in list(Column):
        raise Http404
    look = Look.of(request)
    before = read_cursor(request.GET.get("before", ""))
    shelf = Shelf.of(look, Column(column), ON_DESK, before)
    return render(request, "wall/older.html", {"shelf": shelf, "wanted": look.wanted})
