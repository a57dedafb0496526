from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from hospital.models import Facility

LONGEST_HOLD = timedelta(minutes=30)
REPLY_HOLD = timedelta(minutes=2)

STAFF_VOICE = "staff-voice"
"""The queue of what members of staff say in public. Two roles know that there is anything in it."""


class SLAPolicy(models.Model):
    """How soon people are owed an answer, counted in the hours in which somebody works on it."""

    name = models.CharField(max_length=80, unique=True)
    first_reply_within = models.DurationField(default=timedelta(hours=2))
    # On networks where people expect an answer within a day, as `sla.SLOW_NETWORKS` lists them.
    first_reply_within_slow = models.DurationField(null=True, blank=True)
    next_reply_within = models.DurationField(default=timedelta(hours=4))
    resolve_within = models.DurationField(default=timedelta(days=2))
    hours = models.CharField(max_length=400, blank=True)  # as `hours.read` takes it; nothing: always

    class Meta:
        verbose_name = "SLA policy"
        verbose_name_plural = "SLA policies"

    def __str__(self) -> str:
        return self.name


class Queue(models.Model):
    """A line of cases that wait for one kind of person."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    policy = models.ForeignKey(SLAPolicy, on_delete=models.PROTECT)
    hold = models.DurationField(default=REPLY_HOLD)  # what is approved can be taken back so long
    approvals_needed = models.PositiveSmallIntegerField(default=1)
    escalate_after = models.DurationField(null=True, blank=True, default=timedelta(minutes=30))
    # Nobody named: everyone who may approve. Deputies join them once a reply has waited too long.
    approvers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    deputies = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hold__gte=timedelta(0), hold__lte=LONGEST_HOLD), name="queue_hold_half_an_hour"
            ),
            models.CheckConstraint(
                condition=Q(approvals_needed__gte=1, approvals_needed__lte=2), name="queue_one_or_two_approve"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Rule(models.Model):
    """Which mentions become cases, and in which queue. Rules are asked in order; the first that fits decides.

    An empty condition lets everything through; a rule without a queue opens no case.
    """

    name = models.CharField(max_length=120, unique=True)
    position = models.PositiveSmallIntegerField()
    is_active = models.BooleanField(default=True)
    lanes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    sentiments = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    networks = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    facilities = models.ManyToManyField(Facility, blank=True)
    severity_at_least = models.PositiveSmallIntegerField(default=0)
    rating_at_most = models.PositiveSmallIntegerField(null=True, blank=True)
    levels = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    topics = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    expression = models.CharField(max_length=4000, blank=True)  # in the grammar of watchlists
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class RulesVersion(models.Model):
    """All rules in their order as they stood after one save, written as text. Never altered."""

    number = models.PositiveIntegerField(unique=True)
    body = models.TextField()
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"Rules, version {self.number}"
