"""Tiles as they are shown: their words and signs, which one stands large, and how many are fresh."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from dashboard.cards import span_in_words
from dashboard.operations import sparks
from dashboard.operations.joined import NOTHING, Joined, On
from dashboard.operations.sparks import Spark
from hospital import operations
from hospital.models import Feed, Service
from hospital.operations import State, Tile, Trend

Kind = Service.Kind
# Somebody waits for care, or cannot reach it. The rest is worth an eye.
PRESSING = frozenset({Kind.ED_WAIT, Kind.DIVERT, Kind.BEDS, Kind.PHONES, Kind.PORTAL})
ARROWS = {Trend.UP: ("up", "rising"), Trend.DOWN: ("down", "falling"), Trend.STEADY: ("steady", "steady")}


@dataclass(frozen=True)
class Face:
    tile: Tile
    feed: str = ""  # its name; empty where that is nobody's business
    on: On = NOTHING  # what people say of it

    @property
    def service(self) -> Service:
        return self.tile.service

    @property
    def place(self) -> str:
        facility = self.service.facility
        return (facility.short_name or facility.name) if facility else "All facilities"

    @property
    def is_trouble(self) -> bool:
        return self.tile.state is State.TROUBLE

    @property
    def is_pressing(self) -> bool:
        return self.is_trouble and self.service.kind in PRESSING

    @property
    def severity(self) -> str:
        """How grave, in the words that colour the whole wall."""
        if not self.is_trouble:
            return "other"
        return "urgent" if self.is_pressing else "watch"

    @property
    def icon(self) -> str:
        if self.is_trouble:
            return self.severity
        return {State.STALE: "clock", State.SILENT: "outage"}.get(self.tile.state, "check")

    @property
    def word(self) -> str:
        """The state, in words."""
        if self.is_trouble:
            return self._trouble
        return {State.STALE: "Stale", State.SILENT: "No report yet"}.get(self.tile.state, "As it should be")

    @property
    def _trouble(self) -> str:
        last = self.tile.last
        if last and last.until_at:
            return f"Until {_clock(last.until_at, self.tile.now)}"
        if self.tile.is_beyond_limit:
            limit = self.tile.limit_said
            return f"Below the limit of {limit}" if self.service.is_limit_low else f"Over the {limit} limit"
        return "Trouble reported"

    @property
    def brief(self) -> str:
        """What a short row says beside the value: the limit or the end, if there is one."""
        if self.tile.last and self.tile.last.until_at:
            return self.word
        return f"limit {self.tile.limit_said}" if self.tile.is_beyond_limit else ""

    @property
    def parts(self) -> list[tuple[str, str]]:
        """What stands large, its numbers apart from their units: "4 h 10" is 4 and h, then 10."""
        last = self.tile.last
        words = self.tile.said.split()
        if last is None or last.value is None or last.words or len(words) > 3:
            return [(self.tile.said, "")]
        return [(words[at], words[at + 1] if at + 1 < len(words) else "") for at in range(0, len(words), 2)]

    @property
    def arrow(self) -> tuple[str, str] | None:
        return None if self.tile.state in (State.STALE, State.SILENT) else ARROWS.get(self.tile.trend)

    @property
    def age(self) -> str:
        return span_in_words(self.tile.age) if self.tile.age is not None else ""

    @cached_property
    def spark(self) -> Spark | None:
        return sparks.spark(self.tile)


@dataclass(frozen=True)
class Board:
    """All the services within reach at one moment."""

    faces: Sequence[Face]
    now: datetime

    @classmethod
    def of(cls, facility_ids: frozenset[int] | None, now: datetime, *, is_named: bool = True) -> "Board":
        tiles = operations.tiles(facility_ids, now)
        names = dict(Feed.objects.values_list("slug", "name")) if is_named else {}
        joined = Joined(facility_ids)
        # What people say, and who answers them, is nobody's business in a corridor either.
        said = {tile.service.pk: joined.on(tile.service.pk) for tile in tiles} if is_named else {}
        faces = [Face(tile, _feed(tile, names), said.get(tile.service.pk, NOTHING)) for tile in tiles]
        return cls(faces, now)

    @cached_property
    def hero(self) -> Face | None:
        """The one that stands large: the gravest trouble, the first in order among equals."""
        troubled = [face for face in self.faces if face.is_trouble]
        return min(troubled, key=lambda face: not face.is_pressing, default=None)

    @property
    def rest(self) -> list[Face]:
        return [face for face in self.faces if face is not self.hero]

    @property
    def fresh(self) -> int:
        return sum(face.tile.state in (State.FINE, State.TROUBLE) for face in self.faces)

    @property
    def troubled(self) -> int:
        return sum(face.is_trouble for face in self.faces)


def face_of(service: Service, now: datetime) -> Face:
    tile = operations.tile_of(service, now)
    return Face(tile, _feed(tile, dict(Feed.objects.values_list("slug", "name"))))


def _feed(tile: Tile, names: dict[str, str]) -> str:
    return names.get(tile.last.feed, tile.last.feed) if tile.last and names else ""


def _clock(at: datetime, now: datetime) -> str:
    local = timezone.localtime(at)
    is_soon = local.date() == timezone.localtime(now).date()
    return f"{local:%H:%M}" if is_soon else f"{local:%a %-d %b %H:%M}"
