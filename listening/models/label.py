from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from listening.models.mention import RESTRICTED_LANES, Mention
from listening.models.source import Source


class Sample(models.Model):
    """Mentions of one stretch of time, drawn by lot, for people to read without the reader's answer."""

    starts_at = models.DateTimeField(unique=True)
    ends_at = models.DateTimeField()
    seed = models.CharField(max_length=40)
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ["-starts_at"]

    def __str__(self) -> str:
        return f"Sample of {self.starts_at:%Y-%m-%d} to {self.ends_at:%Y-%m-%d}"


class SampleItemQuerySet(models.QuerySet["SampleItem"]):
    def unread(self) -> Self:
        """Nobody has answered it, and nobody has said that it cannot be told."""
        answers = Label.objects.filter(item=OuterRef("pk")).not_undone()
        return self.filter(~Exists(answers), skipped_at__isnull=True)

    def waiting(self) -> Self:
        """Unread, and still there to be read."""
        return self.unread().filter(mention__is_gone=False)

    def within(self, facility_ids: frozenset[int] | None) -> Self:
        seen = self.exclude(mention__lane__in=RESTRICTED_LANES)
        return seen if facility_ids is None else seen.filter(mention__facility_id__in=facility_ids)


class SampleItem(models.Model):
    """One mention of a sample, with the group it was drawn from: its source and what the reader said."""

    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="items")
    mention = models.ForeignKey(Mention, on_delete=models.CASCADE, related_name="+")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    said = models.CharField(max_length=10)
    group_size = models.PositiveIntegerField()  # mentions in that group, drawn or not
    position = models.PositiveSmallIntegerField()
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    held_until = models.DateTimeField(null=True, blank=True)
    skipped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    skipped_at = models.DateTimeField(null=True, blank=True)

    objects = SampleItemQuerySet.as_manager()

    class Meta:
        ordering = ["sample", "position"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "mention"], name="sample_mention_once"),
            models.UniqueConstraint(fields=["sample", "position"], name="sample_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sample}: {self.position}"

    @property
    def who(self) -> str:
        """Who could not tell."""
        return (self.skipped_by.get_full_name() or self.skipped_by.get_username()) if self.skipped_by else ""


class LabelQuerySet(models.QuerySet["Label"]):
    def standing(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def not_undone(self) -> Self:
        return self.exclude(ended_as=Label.Ending.UNDONE)

    def sampled(self) -> Self:
        return self.filter(item__isnull=False).not_undone()

    def by_hand(self) -> Self:
        return self.filter(item__isnull=True).not_undone()

    def within(self, facility_ids: frozenset[int] | None) -> Self:
        return self if facility_ids is None else self.filter(mention__facility_id__in=facility_ids)


class Label(models.Model):
    """What a person says of a mention, beside what the reader had said of it.

    One of them stands for each aspect; those before it are kept.
    """

    class Aspect(models.TextChoices):
        SENTIMENT = "sentiment", "Tone"
        TOPICS = "topics", "Topics"
        LEVEL = "level", "Level"

    class Ending(models.TextChoices):
        REPLACED = "replaced", "Replaced by a later one"
        UNDONE = "undone", "Undone"
        EDITED = "edited", "The author changed the post"

    mention = models.ForeignKey(Mention, on_delete=models.CASCADE, related_name="labels")
    aspect = models.CharField(max_length=20, choices=Aspect)
    value = models.JSONField()
    reader_said = models.JSONField()  # the mention's columns of this aspect, as the reader had filled them
    reader_version = models.CharField(max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    item = models.ForeignKey(
        SampleItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="labels"
    )
    replaces = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_as = models.CharField(max_length=10, choices=Ending, blank=True)

    objects = LabelQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["mention", "aspect"], condition=Q(ended_at__isnull=True), name="label_one_stands"
            ),
            models.UniqueConstraint(
                fields=["item"], condition=~Q(ended_as="undone"), name="label_one_answer_an_item"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_as="")
                | (Q(ended_at__isnull=False) & ~Q(ended_as="")),
                name="label_ended_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mention}: {self.aspect}"

    @property
    def words(self) -> str:
        """The value as people say it."""
        return self._in_words(self.value)

    @property
    def reader_words(self) -> str:
        words = self._in_words(self.reader_said[self.aspect])
        return f"{words} {self.reader_said['score']:.2f}" if "score" in self.reader_said else words

    def _in_words(self, value: Any) -> str:
        if self.aspect == self.Aspect.TOPICS:
            return ", ".join(topic.replace("_", " ") for topic in value) or "none"
        choices = Mention.Sentiment if self.aspect == self.Aspect.SENTIMENT else Mention.Level
        return str(choices(value).label).lower()

    @property
    def who(self) -> str:
        return self.by.get_full_name() or self.by.get_username()
