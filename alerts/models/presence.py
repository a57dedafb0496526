from django.conf import settings
from django.db import models

from alerts.models.case import Case


class Presence(models.Model):
    """One person at one open case. No promise: the table is not logged, and a crash of the server empties it.

    In PostgreSQL and not in Redis, because the list shows it by who may see which case, and because the send
    guard asks it in the transaction of the reply; it must also be there when the broker is not.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="presences")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()  # the last beat of the page; nobody is there once this is too long ago
    active_at = models.DateTimeField()  # the last key or pointer
    composing_since = models.DateTimeField(null=True, blank=True)
    typed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.person} at {self.case}"
