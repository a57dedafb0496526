from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from alerts.models.queue import Queue
from hospital.models import Facility

LANGUAGES = (("en", "English"), ("es", "Spanish"))


class SavedReply(models.Model):
    """A reply to begin from. A part of it is for a person to write: it cannot leave as it stands."""

    title = models.CharField(max_length=80)
    text = models.TextField()
    queue = models.ForeignKey(
        Queue, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )  # none: every queue
    lane = models.CharField(max_length=20, blank=True)  # none: every lane
    language = models.CharField(max_length=8, choices=LANGUAGES, default="en")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "saved replies"
        ordering = ["title", "id"]
        constraints = [
            models.UniqueConstraint(Lower("title"), "language", name="saved_reply_title_once"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(title=""), name="saved_reply_not_empty"),
        ]

    def __str__(self) -> str:
        return self.title


class ApprovedFactQuerySet(models.QuerySet["ApprovedFact"]):
    def within(self, facility_ids: frozenset[int] | None) -> Self:
        """Of these facilities (None: all), and what holds everywhere."""
        if facility_ids is None:
            return self
        return self.filter(Q(facility_id__in=facility_ids) | Q(facility__isnull=True))

    def valid_on(self, day: date) -> Self:
        return self.filter(valid_until__gte=day)

    def expired_on(self, day: date) -> Self:
        return self.filter(valid_until__lt=day)


class ApprovedFact(models.Model):
    """One true sentence that may be told to anybody, until a day."""

    text = models.CharField(max_length=500)
    topic = models.CharField(max_length=40)
    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # none: it holds everywhere
    owner = models.CharField(max_length=100)  # the desk or person who keeps it true
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()
    valid_until = models.DateField()  # the last day, in the hospital's zone

    objects = ApprovedFactQuerySet.as_manager()

    class Meta:
        ordering = ["topic", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(topic="") & ~Q(owner=""), name="approved_fact_complete"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.text}"
