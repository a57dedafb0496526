from django.conf import settings
from django.db import models
from django.db.models import Q

from hospital.models import Facility


class Holiday(models.Model):
    """A day on which business hours stand still, in one facility or (none) in all."""

    day = models.DateField()
    name = models.CharField(max_length=80)
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, null=True, blank=True)

    class Meta:
        ordering = ["day", "facility_id"]
        constraints = [
            models.UniqueConstraint(fields=["day", "facility"], name="holiday_once", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(name=""), name="holiday_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"


class ClockRun(models.Model):
    """One counting anew of every open case, owed since targets, hours or holidays changed.

    Whoever works on it holds the row's lock for a chunk; the cursor commits with the chunk.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    why = models.CharField(max_length=120)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)  # every case up to this one is done
    finished_at = models.DateTimeField(null=True, blank=True)
    is_overtaken = models.BooleanField(default=False)  # a later change began before it had ended

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Clocks since {self.at:%Y-%m-%d %H:%M}"

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 100
