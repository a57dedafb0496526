"""The mentions that numbers are taken from. What every open wall asks for is counted once and kept."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.cache import cache
from django.db.models import Count, DateTimeField, Func, IntegerField, Min, Q, Value

from dashboard.screen_class import ScreenClass
from dashboard.screens import faces
from listening.models import Mention, Source
from listening.models.mention import MentionQuerySet
from listening.weeks import Span, before

HOUR_KEPT, WEEKS_KEPT, TOPICS_KEPT = 3, 60, 300
"""Seconds. What lies weeks back hardly changes; the last hour does."""

DAY = timedelta(days=1)
Made = TypeVar("Made")
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Ground:
    """What is within reach (None: all); where everybody passes, without what speaks of somebody's safety."""

    facility_ids: frozenset[int] | None
    is_public: bool = False

    @classmethod
    def of(cls, facility_ids: frozenset[int] | None, screen_class: ScreenClass) -> "Ground":
        return cls(facility_ids, is_public=screen_class is ScreenClass.PUBLIC)

    @property
    def reachable(self) -> MentionQuerySet:
        mentions = Mention.objects.within(self.facility_ids)
        return faces.shown(mentions, ScreenClass.PUBLIC) if self.is_public else mentions

    def during(self, span: Span) -> MentionQuerySet:
        within = Q(published_at__gte=span.since, published_at__lt=span.until)
        return self.reachable.there().filter(within)

    def kept(self, name: str, seconds: int, make: Callable[[], Made]) -> Made:
        """What was made for the same ground a moment ago, in this process; else made now."""
        reach = "all" if self.facility_ids is None else ",".join(map(str, sorted(self.facility_ids)))
        digest = hashlib.sha256(f"{name} {self.is_public} {reach}".encode()).hexdigest()
        return cache.get_or_set(f"board:{digest}", make, seconds)  # type: ignore[return-value]


def counted(mentions: MentionQuerySet, *names: str) -> list[Row]:
    """For each of these values together, how many: the number stands last."""
    return list(mentions.order_by().values_list(*names).annotate(number=Count("pk")))


def counted_before(
    ground: Ground,
    spans: Iterable[Span],
    *names: str,
    shaped: Callable[[MentionQuerySet], MentionQuerySet] = lambda mentions: mentions,
) -> list[Row]:
    """The same for each span, how many weeks it lies back before all else. One question to the database."""
    questions = [
        shaped(ground.during(span))
        .order_by()
        .annotate(ago=Value(span.ago))
        .values_list("ago", *names)
        .annotate(number=Count("pk"))
        for span in spans
    ]
    return list(questions[0].union(*questions[1:], all=True)) if questions else []


def slot_of(edges: Sequence[datetime]) -> Func:
    """Between which of these moments a mention was published: 1 from the first on, 2 from the second ..."""
    moments = Value(list(edges), output_field=ArrayField(DateTimeField()))
    return Func("published_at", moments, function="width_bucket", output_field=IntegerField())


def heard(now: Span, zone: ZoneInfo) -> list[Span]:
    """Of the weeks before, those in which we listened: a source was there, or a file brought mentions of it.

    A week before that would count as silence what nobody had asked for.
    """
    begun = Source.objects.exclude(kind=Source.IMPORT).aggregate(at=Min("created_at"))["at"]
    return [span for span in before(now, zone) if (begun and begun <= span.since) or _was_brought(span)]


def _was_brought(span: Span) -> bool:
    files = Source.objects.filter(kind=Source.IMPORT).values("pk")
    around = Q(published_at__gte=span.until - DAY, published_at__lt=span.until)
    return Mention.objects.within(None).filter(around, source__in=files).exists()
