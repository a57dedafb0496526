"""Which mentions a number counts. All of it stands in an address, so that each number opens just these."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from alerts.models import Case
from dashboard.choices import Offered
from dashboard.wall_filters import named
from hospital.models import Facility
from listening import readers
from listening.models import Mention, Source
from listening.models.mention import MentionQuerySet
from listening.weeks import Span

OPEN, UNOWNED, UNANSWERED = "open", "unowned", "unanswered"
CASES = {
    "": "",
    OPEN: "with an open case",
    UNOWNED: "with an open case that nobody has",
    UNANSWERED: "with a case that waits for its first answer",
}
NOWHERE = "none"
"""In the place of a facility: mentions that name none."""

UNSORTED = "none"
"""In the place of a topic: mentions of which none was read."""

LONGEST = timedelta(days=100)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    span: Span | None = None
    facility: Facility | None = None
    is_nowhere: bool = False
    system: str = ""
    source: Source | None = None
    sentiment: str = ""
    topic: str = ""
    case: str = ""

    def narrow(self, reachable: MentionQuerySet) -> MentionQuerySet:
        """What of the mentions within reach is counted. A case stays open although its post is gone."""
        mentions = reachable.filter(pk__in=cases(self.case)) if self.case else reachable.there()
        if self.span:
            mentions = mentions.filter(published_at__gte=self.span.since, published_at__lt=self.span.until)
        if self.is_nowhere or self.facility:
            mentions = mentions.filter(facility=self.facility)
        if self.system:
            mentions = mentions.filter(facility__system=self.system)
        if self.source:
            mentions = mentions.filter(source=self.source)
        if self.sentiment:
            mentions = mentions.filter(sentiment=self.sentiment)
        if self.topic:
            topics = {"topics": []} if self.topic == UNSORTED else {"topics__contains": [self.topic]}
            mentions = mentions.filter(**topics)
        return mentions

    def but(self, **changes: Any) -> "Asked":
        return replace(self, **changes)

    @property
    def query(self) -> str:
        parts = {
            "since": stamp(self.span.since) if self.span else "",
            "until": stamp(self.span.until) if self.span else "",
            "facility": self.facility.slug if self.facility else NOWHERE if self.is_nowhere else "",
            "system": self.system,
            "source": self.source.slug if self.source else "",
            "sentiment": self.sentiment,
            "topic": self.topic,
            "case": self.case,
        }
        return urlencode({name: value for name, value in parts.items() if value})

    @property
    def url(self) -> str:
        return f"{reverse('mention-list')}?{self.query}"

    @property
    def words(self) -> list[str]:
        said = [
            Mention.Sentiment(self.sentiment).label.lower() if self.sentiment else "",
            f"about {topic_in_words(self.topic).lower()}" if self.topic else "",
            self.facility.short_name if self.facility else "no facility named" if self.is_nowhere else "",
            self.system,
            f"from {self.source.name}" if self.source else "",
            CASES[self.case],
        ]
        return [each for each in said if each]


def cases(which: str) -> Any:
    """The mentions whose cases stand so; none of them restricted."""
    standing = Case.objects.within(None).there().open()
    if which == UNOWNED:
        standing = standing.unowned()
    if which == UNANSWERED:
        standing = standing.running().filter(first_replied_at__isnull=True)
    return standing.values("mention_id")


def topic_in_words(topic: str) -> str:
    return topics_in_words([topic])[topic]


def topics_in_words(topics: Iterable[str]) -> dict[str, str]:
    """What the list in force calls them; one that it no longer knows goes by its id."""
    taxonomy = readers.current().taxonomy
    known = {topic: taxonomy.topic(topic) for topic in topics}
    words = {id: topic.label if topic else id.replace("_", " ").capitalize() for id, topic in known.items()}
    return words | ({UNSORTED: "No topic"} if UNSORTED in words else {})


def last(length: timedelta, now: datetime) -> Span:
    """The time up to now, in whole seconds: what has been published is in it, to the last one."""
    until = now.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
    return Span(until - length, until)


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(params: Mapping[str, str], offered: Offered, now: datetime) -> Asked:
    """What an address asks for; without a time and a case the last day. Anything unknown is not found."""
    sentiment, case = params.get("sentiment", ""), params.get("case", "")
    if (sentiment and sentiment not in Mention.Sentiment.values) or case not in CASES:
        raise Http404
    is_nowhere = params.get("facility") == NOWHERE
    span = read_span(params.get("since", ""), params.get("until", ""))
    return Asked(
        span=span or (None if case else last(DAY, now)),
        facility=None if is_nowhere else named(params.get("facility", ""), offered.facilities),
        is_nowhere=is_nowhere,
        system=known(params.get("system", ""), {place.system for place in offered.facilities}),
        source=named(params.get("source", ""), offered.sources),
        sentiment=sentiment,
        topic=params.get("topic", "").replace("\x00", "")[:40],
        case=case,
    )


def known(said: str, there: set[str]) -> str:
    if said and said not in there:
        raise Http404
    return said


def read_span(since: str, until: str) -> Span | None:
    if not since and not until:
        return None
    span = Span(_moment(since), _moment(until))
    if not span.since < span.until <= span.since + LONGEST:
        raise Http404
    return span


def _moment(said: str) -> datetime:
    try:
        moment = parse_datetime(said)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment) or not 1970 <= moment.year < 9000:
        raise Http404
    return moment
