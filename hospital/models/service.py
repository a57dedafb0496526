from datetime import timedelta
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from hospital.models.facility import Facility


class ServiceQuerySet(models.QuerySet["Service"]):
    def within(self, facility_ids: frozenset[int] | None) -> Self:
        """Those of these facilities (None: all), and what serves every one of them, as a portal does."""
        if facility_ids is None:
            return self
        return self.filter(Q(facility_id__in=facility_ids) | Q(facility__isnull=True))

    def of(self, facility_ids: frozenset[int] | None) -> Self:
        """Those of these facilities alone (None: all): whoever has no more than these may set them up."""
        return self if facility_ids is None else self.filter(facility_id__in=facility_ids)


class Service(models.Model):
    """Something whose running is reported: a wait, the portal, the phones. The other half of the wall."""

    class Kind(models.TextChoices):
        ED_WAIT = "ed_wait", "ED wait"
        DIVERT = "divert", "Divert"
        BEDS = "beds", "Beds"
        PHONES = "phones", "Phones"
        PORTAL = "portal", "Portal"
        PARKING = "parking", "Parking"
        WEATHER = "weather", "Weather"
        DOWNTIME = "downtime", "Planned downtime"

    class Unit(models.TextChoices):
        MINUTES = "minutes", "minutes"
        PERCENT = "percent", "per cent"
        NUMBER = "number", "a number"
        WORDS = "words", "words alone"

    # None: it serves the whole system.
    facility = models.ForeignKey(
        Facility, on_delete=models.CASCADE, null=True, blank=True, related_name="services"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    slug = models.SlugField(unique=True, max_length=60)  # what a feed calls it
    name = models.CharField(max_length=60)  # what the wall calls it: "North ED wait"
    unit = models.CharField(max_length=8, choices=Unit, default=Unit.WORDS)
    limit = models.FloatField(null=True, blank=True)  # beyond it there is trouble; in the unit
    is_limit_low = models.BooleanField(default=False)  # trouble lies below it, as with free beds
    stale_after = models.DurationField(
        default=timedelta(minutes=15), validators=[MinValueValidator(timedelta(minutes=1))]
    )
    order = models.PositiveSmallIntegerField(default=100)
    is_active = models.BooleanField(default=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["order", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(limit__isnull=True) | ~Q(unit="words"), name="service_words_have_no_limit"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceStatus(models.Model):
    """What a feed said of a service at one moment. Rows are added, never changed.

    `is_trouble` is what the feed says itself (down, on divert, an alert); a limit of the service adds to it
    when the status is read.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="statuses")
    at = models.DateTimeField()  # when it was so
    received_at = models.DateTimeField()
    value = models.FloatField(null=True, blank=True)  # in the service's unit
    words = models.CharField(max_length=80, blank=True)  # "Up", "None", "Ice alert"
    is_trouble = models.BooleanField(default=False)
    until_at = models.DateTimeField(null=True, blank=True)  # known to end then, as a planned downtime
    feed = models.CharField(max_length=60)  # who said so

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = "service statuses"
        constraints = [
            # The same report, posted twice or lying in a drop twice, is one.
            models.UniqueConstraint(fields=["service", "at", "feed"], name="service_status_once"),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | ~Q(words=""), name="service_status_says_something"
            ),
        ]
        indexes = [
            # The newest of each service, and its last hours for the trend.
            models.Index(fields=["service", "-at"], name="service_status_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.words or self.value}"
