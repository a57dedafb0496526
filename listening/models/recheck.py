from django.db import models

from listening.models.source import Source


class Recheck(models.Model):
    """One call that asked a network what became of stored posts, and what it said. It holds no post."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="rechecks")
    at = models.DateTimeField()
    asked = models.PositiveIntegerField(default=0)
    erased = models.PositiveIntegerField(default=0)
    edited = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    next_at = models.DateTimeField()  # no sooner is this network asked again

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["source", "-at"], name="recheck_newest")]

    def __str__(self) -> str:
        return f"{self.source} {self.at:%Y-%m-%d %H:%M:%S}"
