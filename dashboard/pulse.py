"""The last hour in numbers. Each number leads to the mentions it counts."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.urls import reverse

from dashboard.choices import Offered
from dashboard.wall_filters import HOUR, WallFilter
from listening.models import Mention


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
class Pulse:
    total: int
    tones: list[Tally]
    facilities: list[Tally]
    sources: list[Tally]


def link(wanted: WallFilter) -> str:
    return f"{reverse('wall')}?{wanted.query}".rstrip("?")


def last_hour(
    facility_ids: frozenset[int] | None, offered: Offered, wanted: WallFilter, now: datetime
) -> Pulse:
    counted = (
        Mention.objects.within(facility_ids)
        .published_since(now - HOUR)
        .there()
        .values_list("sentiment", "facility_id", "source_id")
        .annotate(number=Count("pk"))
        .order_by()
    )
    tones: Counter[str] = Counter()
    facilities: Counter[int | None] = Counter()
    sources: Counter[int] = Counter()
    for sentiment, facility_id, source_id, number in counted:
        tones[sentiment] += number
        facilities[facility_id] += number
        sources[source_id] += number
    base = WallFilter(is_last_hour=True, is_big_screen=wanted.is_big_screen)
    total = tones.total()
    most_there = max(facilities.values(), default=0)
    most_from = max(sources.values(), default=0)
    return Pulse(
        total=total,
        tones=[
            Tally(tone.label, tones[tone], total, link(base.but(sentiment=str(tone))), str(tone))
            for tone in Mention.Sentiment
        ],
        facilities=[
            Tally(place.short_name, facilities[place.pk], most_there, link(base.but(facility=place)))
            for place in offered.facilities
            if place.is_active or facilities[place.pk]
        ],
        sources=[
            Tally(source.name, sources[source.pk], most_from, link(base.but(source=source)))
            for source in offered.sources
            if sources[source.pk]
        ],
    )


def published_today(facility_ids: frozenset[int] | None, midnight: datetime) -> int:
    return Mention.objects.within(facility_ids).published_since(midnight).there().count()
