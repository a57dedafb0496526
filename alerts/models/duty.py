from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from hospital.models import Facility


class DutyQuerySet(models.QuerySet["Duty"]):
    def within(self, facility_ids: frozenset[int] | None) -> Self:
        return self if facility_ids is None else self.filter(facility_id__in=facility_ids)

    def on(self, role: str, facility_id: int | None, at: datetime) -> Self:
        """Who has this duty here at this moment: those of the facility first, then those of all."""
        here = Q(facility__isnull=True) | Q(facility_id=facility_id)
        found = self.filter(here, role=role, starts_at__lte=at, ends_at__gt=at)
        return found.order_by(F("facility").asc(nulls_last=True), "position", "id")


class Duty(models.Model):
    """Whom to page in one role over one stretch of time: a person with an account, or a telephone."""

    class Role(models.TextChoices):
        DESK = "desk", "Duty desk"
        RESPONDER = "responder", "Self-harm responder"
        NURSE = "nurse", "Duty nurse manager"
        SECURITY = "security", "Security"
        SERVICE = "service", "Service desk"

    role = models.CharField(max_length=10, choices=Role)
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, null=True, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="duties"
    )
    name = models.CharField(max_length=80, blank=True)  # a desk or somebody without an account
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    position = models.PositiveSmallIntegerField(default=0)  # who is paged first

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "duties"
        ordering = ["starts_at", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="duty_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(person__isnull=False) | ~Q(name=""), name="duty_of_somebody"),
            models.CheckConstraint(condition=~Q(phone="") | ~Q(email=""), name="duty_can_be_reached"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.called}"

    @property
    def called(self) -> str:
        if self.person is None:
            return self.name
        return self.person.get_full_name() or self.person.username
