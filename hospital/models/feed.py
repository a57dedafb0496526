from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from hospital.models.facility import Facility
from hospital.models.service import Service


class FeedQuerySet(models.QuerySet["Feed"]):
    def within(self, facility_ids: frozenset[int] | None) -> Self:
        """Those that somebody with these facilities may set up (None: all)."""
        return self if facility_ids is None else self.filter(facility_id__in=facility_ids)

    def due(self, now: datetime) -> Self:
        return self.filter(is_active=True, kind__in=Feed.ASKED, next_due_at__lte=now)


class Feed(models.Model):
    """One way by which the hospital tells how it is running. Its slug stands beside each of its reports."""

    class Kind(models.TextChoices):
        POSTED = "posted", "Posted to us, signed"
        DROPPED = "dropped", "CSV files in a folder"
        POLLED = "polled", "A JSON address that we ask"
        CALENDAR = "calendar", "A downtime calendar (ICS)"

    class State(StrEnum):
        HEARD = "heard"
        SILENT = "silent"  # not a word for longer than it may be
        FAILING = "failing"  # the last attempt did not succeed
        NEW = "new"  # nothing came yet
        PAUSED = "paused"

    ASKED = (Kind.POLLED, Kind.CALENDAR)

    kind = models.CharField(max_length=8, choices=Kind)
    slug = models.SlugField(unique=True, max_length=60)
    name = models.CharField(max_length=60)
    # None: it may speak of every service.
    facility = models.ForeignKey(
        Facility, on_delete=models.CASCADE, null=True, blank=True, related_name="feeds"
    )
    # What a calendar's events are about.
    service = models.ForeignKey(Service, on_delete=models.SET_NULL, null=True, blank=True)
    address = models.CharField(max_length=500, blank=True)
    sealed_secret = models.BinaryField(default=b"", blank=True)
    every = models.DurationField(
        default=timedelta(minutes=1), validators=[MinValueValidator(timedelta(seconds=5))]
    )
    silent_after = models.DurationField(
        default=timedelta(minutes=15), validators=[MinValueValidator(timedelta(minutes=1))]
    )
    is_active = models.BooleanField(default=True)
    next_due_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    failures = models.PositiveIntegerField(default=0)
    # The last calendar that could be read: what it planned holds while its address is away.
    document = models.TextField(blank=True)
    # Files of the drop that were seen and may still be growing: name to size and time of change.
    looks = models.JSONField(default=dict, blank=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="polled") | ~Q(address=""), name="feed_polled_has_address"
            ),
        ]
        indexes = [
            # Which are to be asked now: every few seconds.
            models.Index(fields=["next_due_at"], name="feed_due", condition=Q(is_active=True)),
        ]

    def __str__(self) -> str:
        return self.name

    def state(self, now: datetime) -> State:
        if not self.is_active:
            return Feed.State.PAUSED
        if self.last_error:
            return Feed.State.FAILING
        if self.last_success_at is None:
            return Feed.State.NEW
        return Feed.State.SILENT if now - self.last_success_at > self.silent_after else Feed.State.HEARD


class Delivery(models.Model):
    """What came in one piece by a feed, and what became of it. One that brought nothing new leaves no row."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="deliveries")
    at = models.DateTimeField()
    name = models.CharField(max_length=200, blank=True)  # of its file
    stored = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list)  # the first of them, each [place, words]

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = "deliveries"
        indexes = [models.Index(fields=["feed", "-at"], name="delivery_newest")]

    def __str__(self) -> str:
        return f"{self.feed}: {self.stored} stored, {self.refused} refused"
