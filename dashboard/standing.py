"""What stands in a column of an open wall, as a value: the same for all who look at the same."""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from django.db.models import Q

from dashboard.columns import Column
from dashboard.kinds import KINDS, OPERATIONS, Kind
from listening.models import Mention
from listening.queries.asked import Asked, source_names
from listening.queries.matching import Single
from listening.queries.view import View
from listening.queries.words import LOOKED_AT

LEVELS = tuple(map(str, Mention.Level))
"""The most urgent first."""

NEWEST, SEVEREST = "newest", "severest"
DENSITIES = ("compact", "normal", "full")
NARROWEST, WIDEST, STEP = 320, 640, 40
"""Pixels of a column."""


@dataclass(frozen=True)
class Subject:
    """A mention as columns ask about it."""

    level: str
    lane: str
    sentiment: str
    network: str
    facility_id: int | None
    source_id: int
    asked: Asked = field(repr=False)

    @classmethod
    def of(cls, mention: Mention) -> "Subject":
        read = (mention.level, mention.lane, mention.sentiment, mention.network)
        return cls(*read, mention.facility_id, mention.source_id, asked_of(mention))

    @cached_property
    def view(self) -> View:
        return View(self.asked)


def asked_of(mention: Mention) -> Asked:
    """As the queries of the archive see it: `listening/walking.py` reads the same."""
    source = mention.source
    return Asked(
        text=mention.text[:LOOKED_AT],
        title=mention.title,
        author=mention.author.handle if mention.author else "",
        url=mention.url,
        language=mention.language,
        rating=mention.rating,
        source=source_names(source.slug, source.kind, mention.network),
        kind=mention.kind,
        facilities=(mention.facility.slug,) if mention.facility else (),
    )


@dataclass(frozen=True, eq=False)
class Standing:
    """All of it must be so; what is empty is not asked. Made by `standing`, so that equal ones are one."""

    kind: str
    expression: str = ""
    sources: frozenset[int] = frozenset()
    facilities: frozenset[int] = frozenset()
    floor: str = ""  # the least urgent level

    @property
    def of_kind(self) -> Kind:
        return KINDS[self.kind]

    @cached_property
    def query(self) -> Single | None:
        return Single(self.expression) if self.expression else None

    @property
    def levels(self) -> tuple[str, ...]:
        return LEVELS[: LEVELS.index(self.floor) + 1] if self.floor else LEVELS

    def holds(self, subject: Subject) -> bool:
        return (
            (not self.floor or subject.level <= self.floor)
            and (not self.sources or subject.source_id in self.sources)
            and (not self.facilities or subject.facility_id in self.facilities)
            and self.of_kind.holds(subject)
            and (self.query is None or self.query.node.holds(subject.view))
        )

    def stored(self, tone: str = "") -> Q:
        """The same for the database, but for the words: those only the query itself can tell."""
        asked = self.of_kind.stored(tone)
        if self.floor:
            asked &= Q(level__in=self.levels)
        if self.sources:
            asked &= Q(source_id__in=self.sources)
        if self.facilities:
            asked &= Q(facility_id__in=self.facilities)
        return asked

    @property
    def is_walked(self) -> bool:
        return self.of_kind.is_walked or bool(self.floor or self.sources or self.facilities)


# What was decided of an arrival is found again by the object itself, at once.
@lru_cache(maxsize=10_000)
def standing(
    kind: str,
    expression: str = "",
    sources: frozenset[int] = frozenset(),
    facilities: frozenset[int] = frozenset(),
    floor: str = "",
) -> Standing:
    return Standing(kind, expression, sources, facilities, floor)


@dataclass(frozen=True)
class Slot:
    """One column of an open wall: its name in the page, what stands there, and how."""

    key: str
    name: str
    standing: Standing
    sort: str = NEWEST
    width: int = NARROWEST
    density: str = "normal"
    pk: int | None = None  # of a column that somebody made

    @property
    def kind(self) -> Kind:
        return self.standing.of_kind

    @property
    def narrower(self) -> int:
        return max(NARROWEST, self.width - STEP)

    @property
    def wider(self) -> int:
        return min(WIDEST, self.width + STEP)

    @property
    def next_density(self) -> str:
        return DENSITIES[(DENSITIES.index(self.density) + 1) % len(DENSITIES)]

    @property
    def next_sort(self) -> str:
        return NEWEST if self.sort == SEVEREST else SEVEREST

    @property
    def order_words(self) -> str:
        return "Last said first" if self.sort == NEWEST else "Most urgent first"

    @property
    def said(self) -> str:
        """What stands here, in a few words."""
        if self.standing.kind == OPERATIONS.slug:
            return "As it was last reported"
        floor = f", {Mention.Level(self.standing.floor).label.lower()} and up" if self.standing.floor else ""
        words = f": {self.standing.expression}" if self.standing.expression else ""
        return f"{self.order_words}{floor}{words}"

    @property
    def suffix(self) -> str:
        """Of ids in the page. The three that share everything never hold one mention twice."""
        return f"-{self.key}" if self.pk else ""


EVERYDAY = tuple(Slot(column, column.heading, standing(column)) for column in Column)
"""The columns of whoever has chosen no others."""
