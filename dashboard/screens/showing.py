"""What one big screen shows at one moment, within its own facilities and by where it hangs."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from dashboard import band, pulse
from dashboard.boards.ground import Ground
from dashboard.cards import Card
from dashboard.models import Screen
from dashboard.operations.faces import Board, Face
from dashboard.operations.joined import Joined
from dashboard.scenes import Scene, Sight
from dashboard.screen_class import ScreenClass
from dashboard.screens import breaking, playlist, programme
from dashboard.screens.playlist import LIVE, Break, Standing
from dashboard.screens.programme import SAID_IN_PUBLIC
from dashboard.screens.shelves import Shelf
from dashboard.standing import EVERYDAY, Slot
from hospital.models import Facility, Theme
from listening.models import Mention, Source
from listening.models.source import Liveness
from listening.usual import Usual

CARDS = 12
"""A column begins with so many; four are seen, and the others take the place of what leaves."""
NAMED = 4
"""With more sources than these only those that are not live are named."""


@dataclass(frozen=True)
class Part:
    """One tone of an hour, and its part of a bar of a hundred."""

    key: str
    label: str
    number: int
    begins: int
    width: int


@dataclass(frozen=True)
class Hour:
    """The last hour in numbers: of what this screen may show, and nothing else."""

    total: int
    usual: Usual
    line: str
    tones: list[Part]
    places: list[tuple[str, int]]


@dataclass(frozen=True)
class Showing:
    screen: Screen
    facility_ids: frozenset[int] | None
    breaks: Sequence[Break]
    now: datetime

    @classmethod
    def of(cls, screen: Screen, now: datetime, *, notes: bool = True) -> "Showing":
        """`notes`: keeps what breaks in now. A preview does not: on the screen itself it has yet to come."""
        facility_ids = screen.facility_ids
        breaks = breaking.note(screen, facility_ids, now) if notes else breaking.known(screen)
        return cls(screen, facility_ids, breaks, now)

    @property
    def screen_class(self) -> ScreenClass:
        return ScreenClass(self.screen.screen_class)

    @property
    def sight(self) -> Sight:
        return Sight(self.facility_ids, self.screen_class, self.now)

    @property
    def light_for(self) -> str:
        return Theme(self.screen.theme).light_for

    @property
    def is_public(self) -> bool:
        return self.screen_class == ScreenClass.PUBLIC

    @property
    def is_named(self) -> bool:
        return self.screen_class == ScreenClass.LOCKED

    @cached_property
    def programme(self) -> Mapping[str, Scene]:
        return programme.programme()

    @cached_property
    def standing(self) -> Standing:
        return playlist.standing(self.screen.playlist(frozenset(self.programme)), self.breaks, self.now)

    @property
    def following(self) -> str:
        return programme.labelled(self.standing.after, in_public=self.is_public)

    @property
    def is_deck(self) -> bool:
        return self.standing.scene.startswith(programme.DECK)

    @property
    def left(self) -> int:
        return self.standing.left(self.now)

    @property
    def share(self) -> int:
        """How much of its time is left, in hundredths."""
        until, since = self.standing.until, self.standing.since
        if until is None or until <= since:
            return 0
        return round(100 * (until - self.now) / (until - since))

    @cached_property
    def where(self) -> str:
        """Whose screen it is: a facility, the system that its facilities belong to, or how many they are."""
        places = list(Facility.objects.within(self.facility_ids).filter(is_active=True))
        if len(places) == 1:
            return places[0].name
        systems = {place.system for place in places}
        if len(systems) == 1 and "" not in systems:
            return systems.pop()
        return "All facilities" if self.facility_ids is None else f"{len(places)} facilities"

    @property
    def is_dimmed(self) -> bool:
        return self.screen.is_dimmed(self.now)

    @property
    def stage(self) -> SafeString:
        """The scene that stands, or what broke in."""
        if self.standing.is_break:
            return SafeString(render_to_string("screens/_break.html", self._broken_in()))
        scene = self.programme.get(self.standing.scene) or self.programme[LIVE]
        return SafeString(
            render_to_string(scene.template, {"sight": self.sight, **scene.context(self.sight)})
        )

    def _broken_in(self) -> dict[str, Any]:
        mention, tile = breaking.told(self.standing.key, self.facility_ids, self.now)
        card = Card(mention, is_named=self.is_named, shows_work=True) if mention else None
        steps = band.emergency_slot(card, 0).steps if card else []
        face = Face(tile, on=Joined(self.facility_ids).on(tile.service.pk)) if tile else None
        return {"card": card, "tile": tile, "face": face, "steps": steps, "since": self.standing.since}

    def shelves(self) -> list[Shelf]:
        return [Shelf.of(slot, self._heading(slot), self.sight, CARDS) for slot in EVERYDAY]

    def _heading(self, slot: Slot) -> str:
        return SAID_IN_PUBLIC.get(slot.key, slot.name) if self.is_public else slot.name

    def status(self) -> dict[str, Any]:
        """What stands around the scenes. A public screen has no band, and no tile of how we are running."""
        around: dict[str, Any] = {"hour": self.hour(), "feeds": self.feeds()}
        if not self.is_public:
            around["band"] = band.open_emergencies(self.facility_ids, self.now, is_named=self.is_named)
            around["board"] = Board.of(self.facility_ids, self.now)
        return {"showing": self, "now": self.now, **around}

    def hour(self) -> Hour:
        counted = pulse.hour_of(Ground.of(self.facility_ids, self.screen_class), self.now)
        places = counted.by_facility
        named = Facility.objects.within(self.facility_ids).filter(is_active=True)
        found = [(place.short_name, places[place.pk]) for place in named]
        busiest = sorted(found, key=lambda pair: -pair[1])[:5]
        return Hour(
            places.total(), counted.usual(), pulse.line(counted.slots), list(_parts(counted.by(1))), busiest
        )

    def feeds(self) -> dict[str, Any]:
        """Each source with its liveness, by its name alone."""
        asked = Source.objects.defer("sealed_secrets", "options", "cursor").exclude(kind=Source.IMPORT)
        states = [(source, source.liveness(self.now)) for source in asked.filter(is_active=True)]
        troubled = [(source, state) for source, state in states if state != Liveness.LIVE]
        newest = max((source.last_success_at for source, _ in states if source.last_success_at), default=None)
        is_silent = bool(states) and all(state == Liveness.DOWN for _, state in states)
        told = {"since": newest, "all_down": len(states) if is_silent else 0}
        if len(states) <= NAMED:
            return {"named": states, "others": 0, "unnamed": 0, **told}
        unnamed = len(troubled[NAMED:])
        return {"named": troubled[:NAMED], "others": len(states) - len(troubled), "unnamed": unnamed, **told}


def _parts(tones: Counter[str]) -> Iterator[Part]:
    """Each ends where its share of the whole does, so that together they fill the bar."""
    begins, said = 0, 0
    for tone in Mention.Sentiment:
        said += tones[tone]
        ends = round(100 * said / tones.total()) if said else 0
        yield Part(str(tone), tone.label, tones[tone], begins, ends - begins)
        begins = ends
