"""The last hour in numbers, beside the same hour of other weeks. Each number opens what it counts."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone

from alerts import thanks
from dashboard.boards import asked
from dashboard.boards.asked import Asked
from dashboard.boards.ground import (
    HOUR_KEPT,
    WEEKS_KEPT,
    Ground,
    Row,
    counted,
    counted_before,
    heard,
    slot_of,
)
from dashboard.choices import Offered
from dashboard.wall_filters import HOUR, WallFilter
from listening.models import Mention
from listening.usual import Usual
from listening.weeks import Span

SLOTS = 12
"""Of five minutes each: the line that is drawn of the hour."""
FEW = 6
"""In five minutes: fewer than these do not reach the top of the line. One post on a calm night is no peak."""


@dataclass(frozen=True)
class Tally:
    label: str
    number: int
    of: int
    url: str
    key: str = ""

    @property
    def share(self) -> int:
        """Length of its bar, in hundredths; anything at all is seen."""
        return max(2, round(100 * self.number / self.of)) if self.number else 0


@dataclass(frozen=True)
class Hour:
    """What was counted of an hour: slot, tone, facility, source and how many; and of the weeks before."""

    span: Span
    rows: list[Row]
    weeks: list[int]  # those in which we listened
    before: list[Row]  # weeks ago, facility, how many

    @cached_property
    def by_facility(self) -> Counter[int | None]:
        return self.by(2)

    @property
    def slots(self) -> list[int]:
        """How many of each five minutes, oldest first."""
        found = self.by(0)
        return [found[at + 1] for at in range(SLOTS)]

    def by(self, column: int) -> Counter[Any]:
        found: Counter[Hashable] = Counter()
        for row in self.rows:
            found[row[column]] += row[-1]
        return found

    def usual(self, facility_ids: Iterable[int | None] | None = None) -> Usual:
        """Of all that was counted, or of some facilities (None among them: no facility named)."""
        wanted = None if facility_ids is None else set(facility_ids)
        before: Counter[int] = Counter()
        for ago, facility_id, number in self.before:
            before[ago] += number if wanted is None or facility_id in wanted else 0
        now = self.by_facility
        number = now.total() if wanted is None else sum(now[each] for each in wanted)
        return Usual(number, [before[ago] for ago in self.weeks])


@dataclass(frozen=True)
class Pulse:
    total: int
    url: str
    today_url: str
    usual: Usual
    slots: list[int]
    tones: list[Tally]
    facilities: list[Tally]
    sources: list[Tally]
    passed_on: int  # thanks, today

    @property
    def line(self) -> str:
        return line(self.slots)

    @property
    def line_in_words(self) -> str:
        return f"Every five minutes, oldest first: {', '.join(map(str, self.slots))}"


def line(slots: Sequence[int]) -> str:
    """The points of the drawn line, in a field of 110 by 24."""
    most = max(FEW, *slots)
    return " ".join(f"{at * 10},{round(22 - 20 * number / most, 1)}" for at, number in enumerate(slots))


def hour_of(ground: Ground, now: datetime) -> Hour:
    """The hour up to now. Counted once for all walls that may see the same, and kept for a few seconds."""
    span, rows = ground.kept("hour", HOUR_KEPT, lambda: _counted(ground, now))
    weeks, before = ground.kept("hour before", WEEKS_KEPT, lambda: _before(ground, span))
    return Hour(span, rows, weeks, before)


def _counted(ground: Ground, now: datetime) -> tuple[Span, list[Row]]:
    span = asked.last(HOUR, now)
    edges = [span.since + HOUR * at / SLOTS for at in range(SLOTS)]
    mentions = ground.during(span).annotate(slot=slot_of(edges))
    return span, counted(mentions, "slot", "sentiment", "facility_id", "source_id")


def _before(ground: Ground, span: Span) -> tuple[list[int], list[Row]]:
    spans = heard(span, timezone.get_current_timezone())
    return [each.ago for each in spans], counted_before(ground, spans, "facility_id")


def last_hour(
    facility_ids: frozenset[int] | None, offered: Offered, wanted: WallFilter, now: datetime
) -> Pulse:
    hour = hour_of(Ground(facility_ids), now)
    base, total = Asked(hour.span), hour.by_facility.total()

    def url(**narrowed: Any) -> str:
        # Nobody presses anything on a big screen.
        return "" if wanted.is_big_screen else base.but(**narrowed).url

    def tally(label: str, number: int, of: int, key: str = "", **narrowed: Any) -> Tally:
        return Tally(label, number, of, url(**narrowed), key)

    tones, places, sources = hour.by(1), hour.by_facility, hour.by(3)
    most_there, most_from = max(places.values(), default=0), max(sources.values(), default=0)
    return Pulse(
        total=total,
        url=url(),
        today_url=url(span=Span(thanks.midnight(now), hour.span.until)),
        usual=hour.usual(),
        slots=hour.slots,
        tones=[
            tally(tone.label, tones[tone], total, str(tone), sentiment=str(tone))
            for tone in Mention.Sentiment
        ],
        facilities=[
            tally(place.short_name, places[place.pk], most_there, facility=place)
            for place in offered.facilities
            if place.is_active or places[place.pk]
        ],
        sources=[
            tally(source.name, sources[source.pk], most_from, source=source)
            for source in offered.sources
            if sources[source.pk]
        ],
        passed_on=thanks.passed_on_today(facility_ids, now),
    )


def published_today(facility_ids: frozenset[int] | None, midnight: datetime) -> int:
    return Mention.objects.within(facility_ids).published_since(midnight).there().count()
