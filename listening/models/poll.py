from collections.abc import Collection
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from listening.models.source import Source


class PollQuerySet(models.QuerySet["Poll"]):
    def unfinished(self) -> Self:
        return self.filter(state__in=Poll.UNFINISHED)

    def forgotten(self, now: datetime, *, rung_before: datetime, held: Collection[int]) -> Self:
        """Polls whose bell was lost (still queued) or whose worker died (lease run out, or not `held`)."""
        is_dead = Q(lease_until__lte=now) | ~Q(pk__in=held)
        return self.filter(
            Q(state=Poll.State.QUEUED, created_at__lte=rung_before) | Q(is_dead, state=Poll.State.RUNNING)
        )


class Poll(models.Model):
    """One slot in which one source is asked: the work still to do, then the account of what came of it.

    The lease and the attempts live here and not in the broker, so that a lost message or a killed worker
    neither loses the slot nor runs it twice at once.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    UNFINISHED = ("queued", "running")

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="polls")
    slot = models.DateTimeField()
    asks = models.BooleanField(default=True)  # False: only what was read before is stored
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    suspect = models.CharField(max_length=300, blank=True)  # the post being read when a careful attempt died
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    pages = models.PositiveIntegerField(default=0)
    fetched = models.PositiveIntegerField(default=0)
    inserted = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    dropped = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    error_kind = models.CharField(max_length=30, blank=True)
    error = models.CharField(max_length=500, blank=True)
    gap = models.CharField(max_length=300, blank=True)

    objects = PollQuerySet.as_manager()

    class Meta:
        ordering = ["-slot"]
        constraints = [
            models.UniqueConstraint(fields=["source", "slot"], name="poll_slot_once"),
            models.UniqueConstraint(
                fields=["source"], condition=Q(state__in=["queued", "running"]), name="poll_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(
                    fetched=F("inserted") + F("updated") + F("unchanged") + F("dropped") + F("quarantined")
                ),
                name="poll_conservation",
            ),
        ]
        indexes = [
            # The sweeper: polls that are still owed.
            models.Index(
                fields=["lease_until"], name="poll_unfinished", condition=Q(state__in=["queued", "running"])
            ),
            # When a source failed last.
            models.Index(fields=["source", "-slot"], name="poll_failed", condition=Q(state="failed")),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.slot:%Y-%m-%d %H:%M:%S}"

    @property
    def conservation(self) -> str:
        return (
            f"fetched {self.fetched} = inserted {self.inserted} + updated {self.updated} + unchanged "
            f"{self.unchanged} + dropped {self.dropped} + quarantined {self.quarantined}"
        )


class PageAhead(models.Model):
    """A page that was read at its network and waits to be stored: its source brings more than can be stored
    at once. What must not wait was taken out of it, and is stored."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="pages_ahead")
    read_at = models.DateTimeField()
    posts = models.PositiveIntegerField()
    # JSON in ASCII, as text: a post may hold what PostgreSQL stores neither as text nor as JSON.
    payload = models.TextField()

    class Meta:
        verbose_name_plural = "pages ahead"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.source} {self.read_at:%Y-%m-%d %H:%M:%S}"


class Quarantined(models.Model):
    """A post that could not be read, set aside with its cause so that its neighbours go on."""

    RAW_CHARACTERS = 65_536

    source = models.ForeignKey(Source, on_delete=models.CASCADE)
    external_id = models.CharField(max_length=300)
    raw = models.TextField()
    reason = models.CharField(max_length=500)
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "quarantined"
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="quarantined_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.external_id}"
