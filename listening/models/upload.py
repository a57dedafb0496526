from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from hospital.models import Facility
from listening.models.mention import Mention
from listening.models.source import Source


class UploadQuerySet(models.QuerySet["Upload"]):
    def seen_by(self, user_id: int, facility_ids: frozenset[int] | None, *, manages: bool) -> Self:
        """A person's own; whoever manages sources also sees those of their facilities."""
        if not manages:
            return self.filter(by_id=user_id)
        if facility_ids is None:
            return self
        return self.filter(Q(by_id=user_id) | Q(facility_id__in=facility_ids))

    def waiting(self, now: datetime, *, since: timedelta) -> Self:
        """Owed, and not moved for this long: their bell was lost, or their worker died."""
        return self.filter(state=Upload.State.QUEUED, moved_at__lte=now - since)


class Upload(models.Model):
    """What a person typed in or sent as a file, from the first look at it to the last row stored.

    Its content is kept until it is stored, and then only which row became what.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Not stored yet"
        QUEUED = "queued", "Being stored"
        DONE = "done", "Stored"
        FAILED = "failed", "Stopped"

    class Dates(models.TextChoices):
        ISO = "", "as 2026-11-28, or with the month's name"
        DAY_FIRST = "dmy", "day first: 28/11/2026"
        MONTH_FIRST = "mdy", "month first: 11/28/2026"

    file_name = models.CharField(max_length=200, blank=True)  # empty: it was typed in
    came_from = models.CharField(max_length=80)
    body = models.BinaryField(default=b"", blank=True)
    columns = models.JSONField(default=dict, blank=True)  # our name of each, and the file's own
    dates = models.CharField(max_length=3, choices=Dates, blank=True)
    facility = models.ForeignKey(
        Facility, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )  # of rows that name none
    keeps_all = models.BooleanField(default=True)  # also what no watchlist finds
    opens_cases = models.BooleanField(default=True)  # also for what is more than a day old
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    found = models.JSONField(default=dict, blank=True)  # what the last look foresaw
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    inserted = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    dropped = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)  # in a row that ended before their time
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            # The sweep: what is owed, and what was never kept.
            models.Index(fields=["moved_at"], name="upload_open", condition=Q(state__in=["draft", "queued"])),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    done=models.F("inserted")
                    + models.F("updated")
                    + models.F("unchanged")
                    + models.F("dropped")
                    + models.F("quarantined")
                ),
                name="upload_balances",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name or "Typed in"

    @property
    def is_typed(self) -> bool:
        return not self.file_name

    @property
    def counts(self) -> Mapping[str, int]:
        names = ("inserted", "updated", "unchanged", "dropped", "quarantined")
        return {name: getattr(self, name) for name in names}

    @property
    def foreseen(self) -> Any:
        return self.found.get("counts", {})


class UploadRowQuerySet(models.QuerySet["UploadRow"]):
    def of(self, mention: Mention) -> Self:
        """Where a mention came from, if a person brought it; each time it was brought."""
        found = self.filter(external_id=mention.external_id, upload__source_id=mention.source_id)
        return found.select_related("upload__by").defer("upload__body").order_by("upload_id", "line")


class UploadRow(models.Model):
    """Which row of which file a mention came from. The mention is known by its source and its id there."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField()
    external_id = models.CharField(max_length=300)

    objects = UploadRowQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "line"], name="upload_row_once")]
        indexes = [
            # The page of a mention asks where it came from.
            models.Index(fields=["external_id"], name="upload_row_id"),
        ]

    def __str__(self) -> str:
        return f"row {self.line} of {self.upload_id}"
