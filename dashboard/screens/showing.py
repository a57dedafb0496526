"""What one big screen shows at one moment, within its own facilities and by where it hangs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from alerts import chips
from alerts.chips import Chip
from dashboard import band, folding, pulse
from dashboard.boards.ground import Ground
from dashboard.cards import Card
from dashboard.folding import Place
from dashboard.models import Screen
from dashboard.operations.faces import Board, Face
from dashboard.operations.joined import Joined
from dashboard.rows import Newest, Recent
from dashboard.scenes import Scene, Sight, scenes
from dashboard.screen_class import ScreenClass
from dashboard.screens import breaking, faces, playlist
from dashboard.screens.playlist import LIVE, Break, Standing
from dashboard.standing import EVERYDAY, Slot
from hospital.models import Facility
from listening.models import Mention, Source
from listening.models.mention import MentionQuerySet
from listening.models.source import Liveness
from listening.usual import Usual

CARDS = 12
"""A column begins with so many; four are seen, and the others take the place of what leaves."""
NAMED = 4
"""With more sources than these only those that are not live are named."""


IN_PUBLIC = {"needs": "What could be better", "praise": "Thank you"}
"""What a column is called where everybody passes by."""


@dataclass(frozen=True)
class Shelf:
    column: Slot
    heading: str
    cards: list[SafeString]


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
    def is_public(self) -> bool:
        return self.screen_class == ScreenClass.PUBLIC

    @property
    def is_named(self) -> bool:
        return self.screen_class == ScreenClass.LOCKED

    @cached_property
    def standing(self) -> Standing:
        return playlist.standing(self.screen.playlist(frozenset(scenes())), self.breaks, self.now)

    @property
    def following(self) -> str:
        return labelled(self.standing.after)

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
        scene: Scene = scenes().get(self.standing.scene) or scenes()[LIVE]
        return SafeString(
            render_to_string(scene.template, {"sight": self.sight, **scene.context(self.sight)})
        )

    def _broken_in(self) -> dict[str, Any]:
        mention, tile = breaking.told(self.standing.key, self.facility_ids, self.now)
        card = Card(mention, is_named=self.is_named, shows_work=True) if mention else None
        steps = band.emergency_slot(card, 0).steps if card else []
        face = Face(tile, on=Joined(self.facility_ids).on(tile.service.pk)) if tile else None
        return {"card": card, "tile": tile, "face": face, "steps": steps, "since": self.standing.since}

    def mentions(self) -> MentionQuerySet:
        return faces.shown(Mention.objects.within(self.facility_ids), self.screen_class)

    def shelves(self) -> list[Shelf]:
        return [self._shelf(slot) for slot in EVERYDAY]

    def _shelf(self, slot: Slot) -> Shelf:
        view = self.mentions().for_wall().filter(slot.standing.stored())
        rows = Recent(view, self.now) if slot.standing.is_walked else Newest(view)
        places, _ = folding.Column(rows).places(CARDS)
        said = {} if self.is_public else chips.for_mentions([each.shown for each in places], self.now)
        cards = [self._card(each, said.get(each.shown.pk)) for each in places]
        heading = IN_PUBLIC.get(slot.key, slot.name) if self.is_public else slot.name
        return Shelf(slot, heading, [faces.rendered(card, self.screen_class) for card in cards])

    def _card(self, place: Place, chip: Chip | None) -> Card:
        return Card(
            place.shown,
            is_named=self.is_named,
            stands_at=place.cursor.at,
            shows_work=not self.is_public,
            chip=chip.text if chip else "",
        )

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
    begins = 0
    for tone in Mention.Sentiment:
        width = round(100 * tones[tone] / tones.total()) if tones.total() else 0
        yield Part(str(tone), tone.label, tones[tone], begins, width)
        begins += width


def labelled(scene: str) -> str:
    found = scenes().get(scene)
    return found.label if found else ""
