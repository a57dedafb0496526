from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alerts.models.case import Case
from hospital.models import Facility

LANGUAGES = {"en": "English", "es": "Spanish"}
"""Languages that the check of replies reads. A text in another one could not be approved in advance."""


class SafetyLines(models.Model):
    """The telephone numbers of a region, of one facility or (with none named) of the whole hospital."""

    class Emergency(models.TextChoices):
        NORTH_AMERICA = "911", "911"
        EUROPE = "112", "112"
        BRITAIN = "999", "999"

    class Crisis(models.TextChoices):
        LIFELINE = "988", "988 (call or text)"
        SAMARITANS = "116 123", "116 123 (call)"

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, null=True, blank=True)
    emergency = models.CharField(max_length=10, choices=Emergency, default=Emergency.NORTH_AMERICA)
    crisis = models.CharField(max_length=20, choices=Crisis, default=Crisis.LIFELINE)
    police = models.CharField(max_length=40, blank=True)  # who makes a welfare check
    support = models.CharField(max_length=40, blank=True)  # whom our own staff can talk to afterwards

    class Meta:
        verbose_name_plural = "safety lines"
        constraints = [
            models.UniqueConstraint(
                fields=["facility"], nulls_distinct=False, name="safety_lines_once_a_place"
            ),
        ]

    def __str__(self) -> str:
        return f"Lines of {self.facility.name if self.facility else 'all facilities'}"


class SafetyTextQuerySet(models.QuerySet["SafetyText"]):
    def within(self, facility_ids: frozenset[int] | None) -> Self:
        return self if facility_ids is None else self.filter(facility_id__in=facility_ids)

    def seen_within(self, facility_ids: frozenset[int] | None) -> Self:
        """Those of a facility one may see, and those that hold for all."""
        if facility_ids is None:
            return self
        return self.filter(Q(facility_id__in=facility_ids) | Q(facility__isnull=True))


class SafetyText(models.Model):
    """What the hospital says to a post of one kind, in one language, here or everywhere."""

    class Kind(models.TextChoices):
        EMERGENCY = "emergency", "Medical emergency"
        SELF_HARM = "self_harm", "Self-harm"

    kind = models.CharField(max_length=10, choices=Kind)
    language = models.CharField(max_length=8, choices=list(LANGUAGES.items()))
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, null=True, blank=True)

    objects = SafetyTextQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "language", F("facility").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language", "facility"], nulls_distinct=False, name="safety_text_once"
            ),
        ]

    def __str__(self) -> str:
        where = self.facility.short_name if self.facility else "all facilities"
        return f"{self.get_kind_display()}, {self.get_language_display()}, {where}"


class SafetyTextVersion(models.Model):
    """One exact wording. It may be sent once another person than its writer has approved it."""

    text = models.ForeignKey(SafetyText, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.TextField()
    body_hash = models.CharField(max_length=64)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    gate = models.JSONField(default=dict)  # `gatekeeping.on_record` of the moment it was approved

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["text", "number"], name="safety_text_version_once"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(by__isnull=True) | ~Q(approved_by=F("by")),
                name="safety_text_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="safety_text_approved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text}, version {self.number}"


class SafetyStep(models.Model):
    """Something that a person did for somebody in danger, and when. Each is done once a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="safety_steps")
    key = models.CharField(max_length=12)
    value = models.CharField(max_length=10, blank=True)  # of "risk", dropped with the urgent labels
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="safety_step_once")]

    def __str__(self) -> str:
        return f"{self.case}: {self.key}"
