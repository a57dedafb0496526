"""A tile for each facility: what is open there, who waits longest, how bad it is, and its last hour."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case as Which
from django.db.models import CharField, Count, F, Min, Q, Value, When
from django.urls import reverse

from alerts import priority
from alerts.models import Case
from dashboard import pulse
from dashboard.boards import asked
from dashboard.boards.asked import OPEN, UNANSWERED, UNOWNED, Asked
from dashboard.boards.ground import Ground
from dashboard.cards import SEVERITIES
from hospital.models import Facility, FacilityName
from listening.usual import Usual

NOTHING_OPEN = ("praise", "check", "Nothing open")
ORDINARY = ("other", "chat", "Ordinary")
WAITS = ~Q(case__state__in=[Case.State.CLOSED, Case.State.WAITING]) & Q(case__first_replied_at__isnull=True)
LEVEL = Which(
    *(
        When(case__severity_set=severity, then=Value(f"P{at - 1}"))
        for at, (severity, _) in priority.SEVERITIES.items()
    ),
    default=F("level"),
    output_field=CharField(),
)
"""How bad it is: what a person said of the case, else what was read."""


@dataclass(frozen=True)
class Number:
    value: int
    url: str = ""


@dataclass(frozen=True)
class Tile:
    """One facility, or what names none."""

    place: Facility | None
    open: Number
    unowned: Number
    unanswered: Number
    oldest_at: datetime | None
    worst: str  # a level, or nothing
    hour: Number
    usual: Usual
    services: Sequence[tuple[str, str]] = ()  # each with where to search for it

    @property
    def name(self) -> str:
        return self.place.short_name if self.place else "No facility named"

    @property
    def system(self) -> str:
        return self.place.system if self.place else ""

    @property
    def severity(self) -> str:
        return self._sign[0]

    @property
    def icon(self) -> str:
        return self._sign[1]

    @property
    def word(self) -> str:
        return self._sign[2]

    @property
    def _sign(self) -> tuple[str, str, str]:
        if not self.worst:
            return NOTHING_OPEN
        severity, word = SEVERITIES.get(self.worst, ("", ""))
        return (severity, severity, word) if severity else ORDINARY


@dataclass(frozen=True)
class System:
    """A health system with its facilities, and what is open in all of them."""

    name: str
    tiles: Sequence[Tile]
    open: Number
    unowned: Number


def systems(facility_ids: frozenset[int] | None, now: datetime) -> list[System]:
    """Each health system in reach by name, those of none last."""
    ordered = sorted(tiles(Ground(facility_ids), now), key=lambda tile: (not tile.system, tile.system))
    return [_system(name, list(some)) for name, some in groupby(ordered, attrgetter("system"))]


def _system(name: str, some: Sequence[Tile]) -> System:
    def summed(which: str) -> Number:
        url = Asked(system=name, case=which).url if name else ""
        return Number(sum(getattr(tile, which).value for tile in some), url)

    return System(name, some, summed(OPEN), summed(UNOWNED))


def tiles(ground: Ground, now: datetime) -> list[Tile]:
    """Those we listen for, and any other that has something open or was spoken of in this hour."""
    # Where everybody passes nobody learns what is open.
    standing = {} if ground.is_public else {row["facility_id"]: row for row in _standing(ground)}
    hour = pulse.hour_of(ground, now)
    services = _services(ground.facility_ids)
    places: list[Facility | None] = list(Facility.objects.within(ground.facility_ids))
    if ground.facility_ids is None:
        places.append(None)
    made = (_tile(place, standing.get(place.pk if place else None, {}), hour, services) for place in places)
    return [tile for tile in made if _is_shown(tile)]


def _is_shown(tile: Tile) -> bool:
    return bool((tile.place and tile.place.is_active) or tile.open.value or tile.hour.value)


def _tile(
    place: Facility | None, row: dict[str, Any], hour: pulse.Hour, services: dict[int, list[str]]
) -> Tile:
    pk = place.pk if place else None
    here = Asked(facility=place, is_nowhere=place is None)
    return Tile(
        place=place,
        open=Number(row.get(OPEN, 0), here.but(case=OPEN).url),
        unowned=Number(row.get(UNOWNED, 0), here.but(case=UNOWNED).url),
        unanswered=Number(row.get(UNANSWERED, 0), here.but(case=UNANSWERED).url),
        oldest_at=row.get("oldest_at"),
        worst=row.get("worst", ""),
        hour=Number(hour.by_facility[pk], here.but(span=hour.span).url),
        usual=hour.usual([pk]),
        services=[(name, _search(place, name)) for name in services.get(place.pk, ())] if place else (),
    )


def _search(place: Facility, service: str) -> str:
    said = service.replace('"', " ")
    query = urlencode({"q": f'facility:{place.slug} "{said}"'})
    return f"{reverse('mention-search')}?{query}"


def _standing(ground: Ground) -> Iterable[dict[str, Any]]:
    """Open cases by facility, counted by their posts: so nothing restricted is among them."""
    mentions = ground.reachable.filter(pk__in=asked.cases(OPEN)).order_by().values("facility_id")
    return mentions.annotate(
        open=Count("pk"),
        unowned=Count("pk", filter=Q(case__owner__isnull=True)),
        unanswered=Count("pk", filter=WAITS),
        oldest_at=Min("case__opened_at", filter=WAITS),
        worst=Min(LEVEL),
    )


def _services(facility_ids: frozenset[int] | None) -> dict[int, list[str]]:
    """The service lines that people know each facility for."""
    names = FacilityName.objects.filter(kind=FacilityName.Kind.SERVICE).order_by("name")
    if facility_ids is not None:
        names = names.filter(facility__in=facility_ids)
    found: dict[int, list[str]] = {}
    for pk, name in names.values_list("facility_id", "name"):
        found.setdefault(pk, []).append(name)
    return found
