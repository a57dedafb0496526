from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from hospital.models import Facility


class LexiconVersion(models.Model):
    """One saved state of a word list that posts are read with. Never altered: a change is a new version."""

    class Kind(models.TextChoices):
        HEALTH = "health", "Health words"
        TOPICS = "topics", "Topics"

    kind = models.CharField(max_length=20, choices=Kind)
    number = models.PositiveIntegerField()
    body = models.TextField()
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="lexicon_version_once"),
            # 0 is the list that Murmur comes with; it is not stored.
            models.CheckConstraint(condition=Q(number__gte=1), name="lexicon_version_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, version {self.number}"


class LexiconInForce(models.Model):
    """Which version of a kind posts are read with; none is the one that Murmur comes with."""

    kind = models.CharField(max_length=20, choices=LexiconVersion.Kind, primary_key=True)
    version = models.ForeignKey(
        LexiconVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name_plural = "lexicons in force"

    def __str__(self) -> str:
        return str(self.version or f"{self.get_kind_display()}, as shipped")


class RereadingQuerySet(models.QuerySet["Rereading"]):
    def unfinished(self) -> Self:
        return self.filter(state=Rereading.State.RUNNING)

    def forgotten(self, now: datetime, *, rung_before: datetime) -> Self:
        """Whose worker died (lease run out), or whose bell for the next chunk was lost."""
        is_unheld = Q(lease_until__isnull=True, moved_at__lte=rung_before)
        return self.unfinished().filter(Q(lease_until__lte=now) | is_unheld)


class Rereading(models.Model):
    """Reading stored mentions again with the reader in force, newest first, and the account of it.

    The lease, the cursor and the attempts live here, so that a lost message or a killed worker costs one
    chunk at most. `done` counts what was read again, `changed` of it what now reads otherwise, `kept` where
    something that a person decided stood against it, `unread` what could not be read.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Stopped by hand"
        OVERTAKEN = "overtaken", "Stopped: the word lists changed"
        FAILED = "failed", "Failed"

    reader_version = models.CharField(max_length=20)
    since = models.DateTimeField(null=True, blank=True)  # published at or after
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    unread = models.PositiveIntegerField(default=0)
    tally = models.JSONField(default=dict, blank=True)  # of each aspect, how many moved from what to what
    cursor = models.BigIntegerField(null=True, blank=True)  # everything from this mention on is done
    rounds = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)  # at the chunk that comes next
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    suspect = models.BigIntegerField(null=True, blank=True)  # the mention that a careful attempt read last

    objects = RereadingQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="rereading_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"reading again with {self.reader_version}"

    @property
    def percent(self) -> int:
        return min(100, (self.done + self.unread) * 100 // self.total) if self.total else 100

    def time_left(self, now: datetime) -> timedelta | None:
        """At the pace so far; None while there is none."""
        if self.started_at is None or not self.done or self.state != self.State.RUNNING:
            return None
        return (now - self.started_at) / self.done * max(0, self.total - self.done)
