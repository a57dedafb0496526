from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from hospital.models import Facility

PINNED_FOR = timedelta(hours=36)
"""A weekend's night and the day after it: what is older was read, or should have been a case."""


class ShiftNoteQuerySet(models.QuerySet["ShiftNote"]):
    def pinned(self, now: datetime) -> Self:
        return self.filter(taken_down_at__isnull=True, at__gt=now - PINNED_FOR)

    def within(self, facility_ids: frozenset[int] | None) -> Self:
        return self if facility_ids is None else self.filter(facility_id__in=facility_ids)

    def seen_within(self, facility_ids: frozenset[int] | None) -> Self:
        """Those of a facility one may see, and those that are for all."""
        if facility_ids is None:
            return self
        return self.filter(Q(facility_id__in=facility_ids) | Q(facility__isnull=True))


class ShiftNote(models.Model):
    """What those who go tell those who come. It stays pinned until somebody takes it down."""

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, null=True, blank=True)
    text = models.CharField(max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    taken_down_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_down_at = models.DateTimeField(null=True, blank=True)

    objects = ShiftNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            # What is pinned now.
            models.Index(fields=["-at"], name="shift_note_pinned", condition=Q(taken_down_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"Note of {self.at:%Y-%m-%d %H:%M}"


class Handover(models.Model):
    """One person has taken over: they have read what was opened, closed and changed since `since`."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="handovers")
    since = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [
            # Since when is it news to me?
            models.Index(fields=["person", "-at"], name="handover_last"),
        ]

    def __str__(self) -> str:
        return f"{self.person} took over at {self.at:%Y-%m-%d %H:%M}"
