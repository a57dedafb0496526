from django.conf import settings
from django.db import models


class PriorityWeights(models.Model):
    """What each factor of a priority is worth. Never changed: the newest is in force."""

    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    values = models.JSONField()  # `priority.Weights`
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "priority weights"

    def __str__(self) -> str:
        return f"Weights {self.pk}"
