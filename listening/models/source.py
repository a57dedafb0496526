from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from django.db import models

from hospital.models import Facility
from listening.sources import pushing


class Liveness(StrEnum):
    LIVE = "live"
    SILENT = "silent"
    LATE = "late"
    DOWN = "down"
    PAUSED = "paused"


class SourceQuerySet(models.QuerySet["Source"]):
    def polled(self) -> Self:
        """Sources that are asked by themselves, unlike files that are imported."""
        return self.filter(is_active=True, paused_reason="").exclude(kind=Source.IMPORT)

    def due(self, now: datetime) -> Self:
        return self.polled().exclude(kind__in=pushing()).filter(next_poll_at__lte=now)

    def streamed(self) -> Self:
        """Sources that `manage.py stream` listens to: their networks tell by themselves."""
        return self.filter(is_active=True, paused_reason="", kind__in=pushing())


class Source(models.Model):
    """Where mentions come from: one account, search or set of pages on one network."""

    IMPORT = "import"
    """The kind of a source that only `import_mentions` fills."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=30)
    options = models.JSONField(default=dict, blank=True)
    sealed_secrets = models.BinaryField(default=b"", blank=True)  # opened only by `vault`
    facility = models.ForeignKey(Facility, on_delete=models.SET_NULL, null=True, blank=True)
    is_active = models.BooleanField(default=True)
    poll_every = models.DurationField(default=timedelta(minutes=1))
    next_poll_at = models.DateTimeField()
    cursor = models.JSONField(default=dict, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    last_error_kind = models.CharField(max_length=30, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    limited_until = models.DateTimeField(null=True, blank=True)
    gap = models.CharField(max_length=300, blank=True)  # what the last poll may have missed, in words
    paused_reason = models.CharField(
        max_length=300, blank=True
    )  # why it will not be asked until someone acts
    created_at = models.DateTimeField(auto_now_add=True)
    behind_since = models.DateTimeField(null=True, blank=True)  # when the oldest page ahead was read
    last_item_at = models.DateTimeField(null=True, blank=True)  # when the newest mention was stored
    live_since = models.DateTimeField(null=True, blank=True)  # it answers since then, without a long break
    silent_since = models.DateTimeField(null=True, blank=True)  # nothing failed, and nothing came either
    rate_left = models.PositiveIntegerField(null=True, blank=True)  # calls, as the network said last
    rate_resets_at = models.DateTimeField(null=True, blank=True)
    monthly_posts = models.PositiveIntegerField(null=True, blank=True)  # the most to be read in a month
    told_at = models.DateTimeField(null=True, blank=True)  # when admins heard that this would not do

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        indexes = [
            # poll_due: which sources are to be asked now.
            models.Index(
                fields=["next_poll_at"],
                name="source_due",
                condition=models.Q(is_active=True, paused_reason=""),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(poll_every__gte=timedelta(seconds=1)), name="source_poll_every_1s"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_refused(self) -> bool:
        """Its network turned us away, and it is not asked until somebody acts. Nobody paused it."""
        return bool(self.paused_reason and self.last_error_kind)

    @property
    def is_off(self) -> bool:
        """Somebody of ours paused it or switched it off. What a network refuses, nobody switched off."""
        return not self.is_active or bool(self.paused_reason and not self.last_error_kind)

    @property
    def answered_at(self) -> datetime | None:
        """When a poll last came to a good end; in a long first one, when it last brought something."""
        return self.last_success_at or self.last_item_at

    @property
    def current_at(self) -> datetime | None:
        """The wall holds what the network had then: it was asked, and all that it gave is stored."""
        return min(filter(None, [self.last_success_at, self.behind_since]), default=None)

    def is_behind(self, now: datetime) -> bool:
        """So far that the wall must say so: what was read a while ago is not stored yet."""
        return self.behind_since is not None and now - self.behind_since > 2 * self.interval

    @property
    def interval(self) -> timedelta:
        """How long a poll may take, too: a quick one still needs time to be queued and answered."""
        return max(self.poll_every, timedelta(seconds=10))

    def liveness(self, now: datetime) -> Liveness:
        """Live within 2 intervals of the last success, late within 5, then down; late as well while what was
        read is stored late; silent if nothing comes."""
        if self.is_refused:
            return Liveness.DOWN
        if self.paused_reason or not self.is_active:
            return Liveness.PAUSED
        if self.answered_at is None:
            return Liveness.LATE if now - self.created_at <= 5 * self.poll_every else Liveness.DOWN
        age = now - self.answered_at
        if age > 5 * self.interval:
            return Liveness.DOWN
        if age > 2 * self.interval or self.is_behind(now):
            return Liveness.LATE
        return Liveness.SILENT if self.silent_since else Liveness.LIVE
