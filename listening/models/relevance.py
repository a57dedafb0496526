from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from listening.models.mention import RESTRICTED_LANES, Mention
from listening.models.watchlist import Watchlist


class RelevanceSample(models.Model):
    """Mentions that one watchlist found, drawn by lot, for people to say whether they belong there."""

    watchlist = models.ForeignKey(Watchlist, on_delete=models.CASCADE, related_name="relevance_samples")
    drawn_at = models.DateTimeField()
    since = models.DateTimeField()
    drawn_from = models.PositiveIntegerField()  # mentions that could have been drawn
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.watchlist}, {self.drawn_at:%Y-%m-%d}"


class RelevanceItemQuerySet(models.QuerySet["RelevanceItem"]):
    def waiting(self) -> Self:
        """Unanswered, and still there to be read."""
        return self.filter(verdict="", mention__is_gone=False)

    def answered(self) -> Self:
        return self.filter(verdict__in=[RelevanceItem.Verdict.YES, RelevanceItem.Verdict.NO])

    def within(self, facility_ids: frozenset[int] | None) -> Self:
        seen = self.exclude(mention__lane__in=RESTRICTED_LANES)
        return seen if facility_ids is None else seen.filter(mention__facility_id__in=facility_ids)


class RelevanceItem(models.Model):
    """One mention of such a sample, the queries that had found it, and what a person said of it."""

    class Verdict(models.TextChoices):
        YES = "yes", "Relevant"
        NO = "no", "Not relevant"
        UNSURE = "unsure", "Can't tell"

    sample = models.ForeignKey(RelevanceSample, on_delete=models.CASCADE, related_name="items")
    mention = models.ForeignKey(Mention, on_delete=models.CASCADE, related_name="+")
    query_ids = ArrayField(models.BigIntegerField(), default=list)
    position = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=6, choices=Verdict, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(null=True, blank=True)

    objects = RelevanceItemQuerySet.as_manager()

    class Meta:
        ordering = ["sample", "position"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "mention"], name="relevance_mention_once"),
            models.UniqueConstraint(fields=["sample", "position"], name="relevance_position_once"),
            models.CheckConstraint(
                condition=Q(verdict="", at__isnull=True) | (~Q(verdict="") & Q(at__isnull=False)),
                name="relevance_answered_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sample}: {self.position}"
