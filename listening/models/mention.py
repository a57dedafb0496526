from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q

from hospital.models import Facility
from listening.models.source import Source
from listening.models.watchlist import Query
from listening.reading.lanes import SAFETY, URGENT_LEVELS

STAFF_VOICE = "staff_voice"
RESTRICTED_LANES = (STAFF_VOICE,)
"""What members of staff say in public: on no wall, in no list, in no number, and without its author."""

NEVER_EXCLUDED = tuple(sorted(SAFETY))
"""What speaks of somebody's safety is shown even where a person said that such posts are not about us."""

URGENT = Q(lane__in=NEVER_EXCLUDED) | Q(level__in=URGENT_LEVELS)
"""What must not wait behind other posts."""

THERE = Q(is_gone=False) & (Q(exclusion__isnull=True) | Q(lane__in=NEVER_EXCLUDED))


class Author(models.Model):
    """Whoever wrote a mention, as far as the network shows it. No profile is built from it."""

    network = models.CharField(max_length=30)
    external_id = models.CharField(max_length=200)
    handle = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "external_id"], name="author_once")]

    def __str__(self) -> str:
        return self.handle or self.name or "someone"


class MentionQuerySet(models.QuerySet["Mention"]):
    def within(self, facility_ids: frozenset[int] | None) -> Self:
        """What a person may see who may see these facilities (None: all): never what is restricted."""
        seen = self.unrestricted()
        return seen if facility_ids is None else seen.filter(facility_id__in=facility_ids)

    def unrestricted(self) -> Self:
        return self.exclude(lane__in=RESTRICTED_LANES)

    def unrouted(self) -> Self:
        return self.filter(processed_at__isnull=True)

    def urgent(self) -> Self:
        return self.filter(URGENT)

    def there(self) -> Self:
        """Neither removed at its source nor said to be not about us."""
        return self.filter(THERE)

    def excluded(self) -> Self:
        """Said to be not about us, and therefore on no wall and in no queue."""
        return self.filter(exclusion__isnull=False).exclude(lane__in=NEVER_EXCLUDED)

    def for_wall(self) -> Self:
        shown = self.unrestricted().there()
        return shown.select_related("source", "facility", "author")

    def newest_first(self) -> Self:
        return self.order_by("-published_at", "-id")

    def published_since(self, moment: datetime) -> Self:
        return self.filter(published_at__gte=moment)


class Mention(models.Model):
    """A post about us, kept as the network showed it, with the reading that was made of it.

    `wall_seq` grows in commit order and takes a new value at each change a screen must show: whoever has seen
    everything up to n asks for what lies beyond n and misses nothing.
    """

    class Sentiment(models.TextChoices):
        NEGATIVE = "negative", "Negative"
        NEUTRAL = "neutral", "Neutral"
        POSITIVE = "positive", "Positive"

    class Level(models.TextChoices):
        P0 = "P0", "Emergency"
        P1 = "P1", "Urgent"
        P2 = "P2", "Watch"
        P3 = "P3", "Question"
        P4 = "P4", "Other"

    class About(models.TextChoices):
        YES = "yes", "About us"
        UNSURE = "unsure", "Maybe not about us"
        NO = "no", "Not about us"

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="mentions")
    external_id = models.CharField(max_length=300)
    network = models.CharField(max_length=30)
    kind = models.CharField(max_length=20, default="post")
    url = models.CharField(max_length=2000, blank=True)
    author = models.ForeignKey(Author, on_delete=models.PROTECT, null=True, blank=True)
    parent_external_id = models.CharField(max_length=300, blank=True)
    title = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    is_truncated = models.BooleanField(default=False)
    content_hash = models.CharField(max_length=64)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    language = models.CharField(max_length=8, blank=True)
    facility = models.ForeignKey(Facility, on_delete=models.SET_NULL, null=True, blank=True)
    published_at = models.DateTimeField()
    is_published_guessed = models.BooleanField(default=False)  # the network gave no believable time
    edited_at = models.DateTimeField(null=True, blank=True)
    collected_at = models.DateTimeField()
    is_gone = models.BooleanField(default=False)  # deleted at its source
    sentiment = models.CharField(max_length=10, choices=Sentiment)
    score = models.FloatField()
    severity = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=2, choices=Level)
    lane = models.CharField(max_length=20)
    about_us = models.CharField(max_length=6, choices=About, default=About.YES)
    exclusion = models.ForeignKey(
        "listening.Exclusion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mentions",
        db_index=False,
    )
    # An index of its own below, of those that have one.
    story = models.ForeignKey(
        "listening.Story",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="mentions",
        db_index=False,
    )
    topics = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    identifiers = models.JSONField(default=dict, blank=True)  # {"text": [[kind, start, end]], "title": [...]}
    reasons = models.JSONField(default=list)
    # What a person decided, which no reading may change again: "sentiment", "topics", "level".
    set_by_people = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    reader_version = models.CharField(max_length=20)
    wall_seq = models.BigIntegerField(unique=True)
    recheck_at = models.DateTimeField(null=True, blank=True)  # when its network is asked what became of it
    processed_at = models.DateTimeField(null=True, blank=True)  # when rules decided who must act
    route_attempts = models.PositiveSmallIntegerField(default=0)

    objects = MentionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="mention_once"),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__range=(1, 5)), name="mention_rating_1_to_5"
            ),
            models.CheckConstraint(condition=Q(score__range=(-1, 1)), name="mention_score_range"),
            models.CheckConstraint(condition=Q(severity__lte=100), name="mention_severity_0_to_100"),
        ]
        indexes = [
            # The wall's first page and its keyset pages.
            models.Index(fields=["-published_at", "-id"], name="mention_newest"),
            # The same, of one facility.
            models.Index(fields=["facility", "-published_at", "-id"], name="mention_facility_newest"),
            # The same, of one tone: the columns of the wall.
            models.Index(fields=["sentiment", "-published_at", "-id"], name="mention_tone_newest"),
            # Counts of the last hour.
            # What needs a human, of a tone or a facility that seldom does.
            models.Index(
                fields=["-published_at", "-id"],
                name="mention_pressing",
                condition=Q(level__in=["P0", "P1", "P2"]),
            ),
            models.Index(
                fields=["published_at"],
                name="mention_hour",
                include=["sentiment", "facility", "source"],
                condition=THERE & ~Q(lane__in=RESTRICTED_LANES),
            ),
            # The mentions of a story, oldest first.
            models.Index(
                fields=["story", "published_at"], name="mention_story", condition=Q(story__isnull=False)
            ),
            # The priority of a case: how much its author wrote in the day before.
            models.Index(
                fields=["author", "published_at"], name="mention_author_day", condition=Q(is_gone=False)
            ),
            # What an exclusion holds: counted, shown, and brought back when it ends.
            models.Index(
                fields=["exclusion", "-published_at", "-id"],
                name="mention_excluded",
                condition=Q(exclusion__isnull=False),
            ),
            # How many were read by which reader.
            models.Index(fields=["reader_version"], name="mention_reader", condition=Q(is_gone=False)),
            # What is to be looked up again at its network, a source at a time.
            models.Index(
                fields=["source", "recheck_at"],
                name="mention_recheck",
                condition=Q(recheck_at__isnull=False, is_gone=False),
            ),
            # What is restricted: the cases that only two roles see, and its themes.
            models.Index(fields=["id"], name="mention_restricted", condition=Q(lane__in=RESTRICTED_LANES)),
            # Who is still in the building: asked with every page of the wall.
            models.Index(fields=["id"], name="mention_in_building", condition=Q(lane="in_building")),
            # Which mentions a query may find: `listening/candidates.py` asks it.
            GinIndex(Func(F("title"), F("text"), function="listening_words"), name="mention_words"),
            # route_due: mentions no rule has looked at yet.
            models.Index(fields=["id"], name="mention_unrouted", condition=Q(processed_at__isnull=True)),
            # route_urgent: those of them that must not wait, however many the others are.
            models.Index(
                fields=["level", "id"],
                name="mention_urgent_unrouted",
                condition=Q(processed_at__isnull=True) & URGENT,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source.slug}/{self.external_id}"

    @property
    def is_excluded(self) -> bool:
        return self.exclusion_id is not None and self.lane not in NEVER_EXCLUDED


class MentionVersion(models.Model):
    """What a mention said before its author changed it."""

    mention = models.ForeignKey(Mention, on_delete=models.CASCADE, related_name="versions")
    text = models.TextField(blank=True)
    title = models.CharField(max_length=500, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    content_hash = models.CharField(max_length=64)
    replaced_at = models.DateTimeField()

    class Meta:
        ordering = ["replaced_at"]

    def __str__(self) -> str:
        return f"{self.mention} until {self.replaced_at:%Y-%m-%d %H:%M}"


class Match(models.Model):
    """Why a mention is here: the query that found it, and where in the text. Spans count code points."""

    mention = models.ForeignKey(Mention, on_delete=models.CASCADE, related_name="matches")
    query = models.ForeignKey(Query, on_delete=models.CASCADE)
    spans = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = "matches"
        constraints = [models.UniqueConstraint(fields=["mention", "query"], name="match_once")]

    def __str__(self) -> str:
        return f"{self.query} in {self.mention}"


def marked(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[str, bool]]:
    """Cut a text at its spans: pieces in order, each with whether it is matched. Overlaps are merged."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in sorted(spans):
        start, end = max(start, at), min(end, len(text))
        if start >= end:
            continue
        if start > at:
            pieces.append((text[at:start], False))
        pieces.append((text[start:end], True))
        at = end
    if at < len(text):
        pieces.append((text[at:], False))
    return pieces
