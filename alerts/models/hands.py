from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alerts.models.case import Case
from listening.models import Story


class StoryMute(models.Model):
    """A story of which nothing new needs a person, until it ends. Safety lanes are heard all the same."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="mutes")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")  # from which it was muted
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("at")), name="mute_ends"),
        ]
        indexes = [
            # triage: is the story of a new case muted?
            models.Index(fields=["story", "-until_at"], name="mute_of_story"),
        ]

    def __str__(self) -> str:
        return f"mute of {self.story}"


class BulkMove(models.Model):
    """One move that was made for many cases at once: what it changed in each, so that it can be undone."""

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=120)
    changes = models.JSONField(default=dict)  # case to {"was", "now", "event"}
    refused = models.JSONField(default=dict)  # case to why not
    undone_at = models.DateTimeField(null=True, blank=True)
    not_undone = models.PositiveSmallIntegerField(default=0)  # touched by somebody since

    def __str__(self) -> str:
        return f"{len(self.changes)} cases {self.words}"
