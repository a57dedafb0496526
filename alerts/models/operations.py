"""Where what people say meets how the hospital is running."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from alerts.models.case import Case
from alerts.models.saved import LANGUAGES
from hospital.models import Facility, Service
from hospital.operations import State
from listening.models import Mention, Story

LEAD = timedelta(minutes=60)
"""People notice before the feeds do: posts of so long before a trouble may be explained by it."""

STATES = [(State.FINE.value, "Fine"), (State.TROUBLE.value, "In trouble")]


class OperationsSign(models.Model):
    """That a mention speaks of a kind of service, and why. It is made again when the mention changes."""

    mention = models.ForeignKey(Mention, on_delete=models.CASCADE, related_name="operations_signs")
    kind = models.CharField(max_length=10, choices=Service.Kind)
    is_out = models.BooleanField(default=False)  # it says that it does not work, now
    words = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mention", "kind"], name="operations_sign_once")]

    def __str__(self) -> str:
        return f"{self.mention_id}: {self.kind}"


class OperationsCursor(models.Model):
    """The number on the wall up to which mentions were read for signs. One row."""

    seq = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="operations_cursor_is_one")]

    def __str__(self) -> str:
        return f"read up to {self.seq}"


class OperationsLinkQuerySet(models.QuerySet["OperationsLink"]):
    def standing(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def within(self, facility_ids: frozenset[int] | None) -> Self:
        if facility_ids is None:
            return self
        return self.filter(Q(service__facility_id__in=facility_ids) | Q(service__facility__isnull=True))


class OperationsLink(models.Model):
    """A service in trouble, tied to the mentions that it explains. Those are counted by asking for them.

    What its tile says is kept with it, as it was when last looked at, so that a card needs no tile.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="links")
    began_at = models.DateTimeField()  # the first report of the trouble
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8)  # a `State` of its tile
    said = models.CharField(max_length=80)
    said_at = models.DateTimeField()
    holds_until = models.DateTimeField()  # later than this nobody is told that it is so now
    story = models.ForeignKey(Story, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    mentions = models.PositiveIntegerField(default=0)  # of all facilities: for news, and for the record
    unowned = models.PositiveIntegerField(default=0)

    objects = OperationsLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["service"], condition=Q(ended_at__isnull=True), name="operations_link_one_stands"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} since {self.began_at:%Y-%m-%d %H:%M}"

    @property
    def counts_from(self) -> datetime:
        return self.began_at - LEAD

    def is_so(self, now: datetime) -> bool:
        """It may be told as a thing of now: its tile is in trouble, and was heard of."""
        return self.ended_at is None and self.state == State.TROUBLE and now <= self.holds_until


class OutageAlarmQuerySet(models.QuerySet["OutageAlarm"]):
    def standing(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def within(self, facility_ids: frozenset[int] | None) -> Self:
        if facility_ids is None:
            return self
        return self.filter(Q(service__facility_id__in=facility_ids) | Q(service__facility__isnull=True))


class OutageAlarm(models.Model):
    """People say that a service is down, and operations do not."""

    class Ending(models.TextChoices):
        RED = "red", "Operations say it too"
        STOPPED = "stopped", "Nobody says it any more"
        AWAY = "away", "The service is not reported any more"

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="outage_alarms")
    raised_at = models.DateTimeField()
    since = models.DateTimeField()  # the first post that counted
    last_at = models.DateTimeField()  # the last one
    voices = models.PositiveIntegerField()  # authors who say it in words of their own
    state = models.CharField(max_length=8)  # a `State`: of the tile, when it was raised
    said = models.CharField(max_length=80)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_as = models.CharField(max_length=8, choices=Ending, blank=True)

    objects = OutageAlarmQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["service"], condition=Q(ended_at__isnull=True), name="outage_alarm_one_stands"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="outage_alarm_acknowledged_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.voices} say it is down"


class OutageSensor(models.Model):
    """How many voices raise the alarm of a service; one that has no row of its own takes the usual."""

    USUAL = 6

    service = models.OneToOneField(Service, on_delete=models.CASCADE, related_name="outage_sensor")
    voices = models.PositiveSmallIntegerField(
        default=USUAL, validators=[MinValueValidator(3), MaxValueValidator(50)]
    )
    is_on = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.service}: {self.voices}"


class StateLineQuerySet(models.QuerySet["StateLine"]):
    def within(self, facility_ids: frozenset[int] | None) -> Self:
        if facility_ids is None:
            return self
        return self.filter(Q(facility_id__in=facility_ids) | Q(facility__isnull=True))


class StateLine(models.Model):
    """An approved sentence that tells how a service is running. `{value}` and `{time}` are filled in."""

    kind = models.CharField(max_length=10, choices=Service.Kind)
    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # none: everywhere
    state = models.CharField(max_length=8, choices=STATES)
    language = models.CharField(max_length=8, choices=LANGUAGES, default="en")
    text = models.CharField(max_length=300)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()

    objects = StateLineQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-state", "language", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "facility", "state", "language"],
                name="state_line_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~Q(text=""), name="state_line_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.get_state_display().lower()}"


class StateLineUse(models.Model):
    """A line as it was put into a draft: an approver is told when what it says has grown old."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="state_lines")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=500)
    state = models.CharField(max_length=8)
    said_at = models.DateTimeField()
    holds_until = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.service} in {self.case_id}"
