from django.conf import settings
from django.db import models


class LastVisit(models.Model):
    """When a person was last at a wall, and when they had left it the time before."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    here_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user} at {self.here_at:%H:%M}"
