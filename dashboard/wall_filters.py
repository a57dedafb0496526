"""What of the wall one address shows. Every part is in the URL, so that it can be kept, sent and reloaded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.http import Http404

from hospital.models import Facility
from listening.models import Mention, Source
from listening.models.mention import MentionQuerySet

HOUR = timedelta(hours=1)
BIG_SCREEN = "wall"


@dataclass(frozen=True)
class WallFilter:
    facility: Facility | None = None
    source: Source | None = None
    sentiment: str = ""
    is_only_us: bool = False  # leaves out what may be about a namesake
    is_last_hour: bool = False
    is_big_screen: bool = False

    def narrow(self, mentions: MentionQuerySet, now: datetime) -> MentionQuerySet:
        if self.facility:
            mentions = mentions.filter(facility_id=self.facility.pk)
        if self.source:
            mentions = mentions.filter(source_id=self.source.pk)
        if self.sentiment:
            mentions = mentions.filter(sentiment=self.sentiment)
        if self.is_only_us:
            mentions = mentions.filter(about_us=Mention.About.YES)
        if self.is_last_hour:
            mentions = mentions.published_since(now - HOUR)
        return mentions

    def admits(
        self,
        *,
        facility_id: int | None,
        source_id: int,
        sentiment: str,
        about_us: str,
        published_at: datetime,
        now: datetime,
    ) -> bool:
        """The same answer as `narrow`, for a mention that is on its way to an open wall."""
        return (
            (self.facility is None or self.facility.pk == facility_id)
            and (self.source is None or self.source.pk == source_id)
            and (not self.sentiment or self.sentiment == sentiment)
            and (not self.is_only_us or about_us == Mention.About.YES)
            and (not self.is_last_hour or published_at >= now - HOUR)
        )

    @property
    def is_folded(self) -> bool:
        """Behind a number stands each mention that it counts."""
        return not self.is_last_hour

    @property
    def is_narrow(self) -> bool:
        return bool(self.facility or self.source or self.sentiment or self.is_only_us or self.is_last_hour)

    @property
    def query(self) -> str:
        parts = {
            "facility": self.facility.slug if self.facility else "",
            "source": self.source.slug if self.source else "",
            "sentiment": self.sentiment,
            "about": "us" if self.is_only_us else "",
            "within": "hour" if self.is_last_hour else "",
            "view": BIG_SCREEN if self.is_big_screen else "",
        }
        return urlencode({name: value for name, value in parts.items() if value})

    def but(self, **changes: Any) -> "WallFilter":
        return replace(self, **changes)


def read(
    params: Mapping[str, str], *, facilities: Iterable[Facility], sources: Iterable[Source]
) -> WallFilter:
    """The filter an address asks for. A facility out of reach is as unknown as one that does not exist."""
    sentiment = params.get("sentiment", "")
    if sentiment and sentiment not in Mention.Sentiment.values:
        raise Http404
    if params.get("within", "") not in ("", "hour"):
        raise Http404
    if params.get("about", "") not in ("", "us"):
        raise Http404
    return WallFilter(
        facility=named(params.get("facility", ""), facilities),
        source=named(params.get("source", ""), sources),
        sentiment=sentiment,
        is_only_us=params.get("about") == "us",
        is_last_hour=params.get("within") == "hour",
        is_big_screen=params.get("view") == BIG_SCREEN,
    )


Row = TypeVar("Row", Facility, Source)


def named(slug: str, rows: Iterable[Row]) -> Row | None:
    if not slug:
        return None
    for row in rows:
        if row.slug == slug:
            return row
    raise Http404
