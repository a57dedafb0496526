from typing import Self

from django.db import models
from django.db.models import Q

from listening.models import Source


class SourceAlarmQuerySet(models.QuerySet["SourceAlarm"]):
    def standing(self) -> Self:
        return self.filter(ended_at__isnull=True)


class SourceAlarm(models.Model):
    """That a source needs an administrator. It is raised once, tells them once, and ends by itself."""

    class Kind(models.TextChoices):
        SILENT = "silent", "Nothing comes, though nothing failed"
        STOPPED = "stopped", "Its network refuses us"
        BUDGET = "budget", "Its reads of the month run out"

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="alarms")
    kind = models.CharField(max_length=10, choices=Kind)
    words = models.CharField(max_length=300)
    raised_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SourceAlarmQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind"], condition=Q(ended_at__isnull=True), name="source_alarm_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.get_kind_display()}"
