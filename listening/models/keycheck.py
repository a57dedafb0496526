from django.db import models

from listening.models.source import Source


class KeyCheck(models.Model):
    """One reading that stored nothing: a key that was tried, or a rehearsal. It may cost."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="key_checks")
    at = models.DateTimeField()
    seen = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-at"]
        indexes = [
            # What a source has read this month.
            models.Index(fields=["source", "-at"], name="key_check_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.at:%Y-%m-%d %H:%M:%S}"
