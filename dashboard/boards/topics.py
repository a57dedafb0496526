"""What people talk about: each topic with its tones, beside what is usual for such a time of the week."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, CharField, F, Func, Value, When
from django.utils import timezone

from dashboard.boards import asked
from dashboard.boards.asked import UNSORTED, Asked, topics_in_words
from dashboard.boards.facilities import Number
from dashboard.boards.ground import (
    TOPICS_KEPT,
    WEEKS_KEPT,
    Ground,
    Row,
    counted,
    counted_before,
    heard,
)
from listening.models import Mention
from listening.models.mention import MentionQuerySet
from listening.usual import Usual
from listening.weeks import Span

SPANS = {"day": (timedelta(hours=24), "24 hours"), "week": (timedelta(days=7), "7 days")}
TONES = [(str(tone.value), str(tone.label)) for tone in Mention.Sentiment]
NONE_READ = Value([UNSORTED], output_field=ArrayField(CharField()))


@dataclass(frozen=True)
class Topic:
    id: str
    name: str
    total: Number
    tones: Sequence[tuple[str, str, Number]]  # tone, its name, how many
    usual: Usual
    of: int  # the most of any topic

    @property
    def bars(self) -> list[tuple[str, float, float]]:
        """What is drawn of a field 100 wide: the tone, where it begins, how long it is."""
        drawn, at = [], 0.0
        for tone, _, number in self.tones:
            length = round(100 * number.value / max(1, self.of), 2)
            drawn.append((tone, round(at, 2), length))
            at += length
        return drawn


def of_each(mentions: MentionQuerySet) -> MentionQuerySet:
    """A row for each topic of a mention, under the name `topic`; one of no topic has a row too."""
    named = Case(When(topics=[], then=NONE_READ), default=F("topics"))
    return mentions.annotate(topic=Func(named, function="unnest", output_field=CharField()))


def topics(ground: Ground, span_name: str, now: datetime) -> list[Topic]:
    """Most spoken of first; what has no topic last. One mention may speak of several."""
    length, _ = SPANS[span_name]
    span, rows = ground.kept(f"topics {span_name}", WEEKS_KEPT, lambda: _counted(ground, length, now))
    weeks, before = ground.kept(f"topics before {span_name}", TOPICS_KEPT, lambda: _before(ground, span))
    tones: Counter[tuple[str, str]] = Counter({(topic, tone): number for topic, tone, number in rows})
    then: Counter[tuple[str, int]] = Counter({(topic, ago): number for ago, topic, number in before})
    totals: Counter[str] = Counter()
    for topic, _, number in rows:
        totals[topic] += number
    most = max(totals.values(), default=0)
    ordered = sorted(totals, key=lambda topic: (topic == UNSORTED, -totals[topic], topic))
    names = topics_in_words(ordered)
    return [
        Topic(
            topic,
            names[topic],
            Number(totals[topic], Asked(span, topic=topic).url),
            _tones(topic, tones, Asked(span, topic=topic)),
            Usual(totals[topic], [then[topic, ago] for ago in weeks]),
            most,
        )
        for topic in ordered
    ]


def _tones(topic: str, tones: Counter[tuple[str, str]], base: Asked) -> list[tuple[str, str, Number]]:
    return [(tone, label, Number(tones[topic, tone], base.but(sentiment=tone).url)) for tone, label in TONES]


def _counted(ground: Ground, length: timedelta, now: datetime) -> tuple[Span, list[Row]]:
    span = asked.last(length, now)
    return span, counted(of_each(ground.during(span)), "topic", "sentiment")


def _before(ground: Ground, span: Span) -> tuple[list[int], list[Row]]:
    spans = heard(span, timezone.get_current_timezone())
    return [each.ago for each in spans], counted_before(ground, spans, "topic", shaped=of_each)
