from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alerts.models.queue import Queue, Rule
from hospital.models import Facility
from listening.models import Mention


class CaseQuerySet(models.QuerySet["Case"]):
    def within(self, facility_ids: frozenset[int] | None) -> Self:
        return self if facility_ids is None else self.filter(facility_id__in=facility_ids)

    def open(self) -> Self:
        return self.exclude(state=Case.State.CLOSED)

    def unowned(self) -> Self:
        return self.filter(owner__isnull=True)

    def due_before(self, moment: datetime) -> Self:
        return self.filter(due_at__lte=moment)

    def in_order(self) -> Self:
        return self.order_by("-priority", "due_at", "id")


class Case(models.Model):
    """A mention that somebody must act on."""

    class State(models.TextChoices):
        NEW = "new", "New"
        CLAIMED = "claimed", "Claimed"
        DRAFTING = "drafting", "Drafting"
        AWAITING_APPROVAL = "awaiting", "Awaiting approval"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        CHECK = "check", "Check the network"  # a reply may or may not be public
        CLOSED = "closed", "Closed"

    class Outcome(models.TextChoices):
        REPLIED_ONLINE = "online", "Replied online"
        BY_PHONE = "phone", "Spoken to by phone"
        IN_PERSON = "in_person", "Spoken to in person"
        PATIENT_RELATIONS = "relations", "Handed to patient relations"
        NO_REPLY_NEEDED = "none", "No reply needed"

    mention = models.OneToOneField(Mention, on_delete=models.PROTECT, related_name="case")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="cases")
    rule = models.ForeignKey(Rule, on_delete=models.SET_NULL, null=True, blank=True)
    facility = models.ForeignKey(Facility, on_delete=models.SET_NULL, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    priority = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    first_replied_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    outcome_note = models.CharField(max_length=500, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(state="closed") & ~Q(outcome="") & Q(closed_at__isnull=False))
                | (~Q(state="closed") & Q(outcome="") & Q(closed_at__isnull=True)),
                name="case_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["new", "closed"]) | Q(owner__isnull=False),
                name="case_at_work_is_owned",
            ),
        ]
        indexes = [
            # The list of a queue, most pressing first.
            models.Index(
                "queue",
                F("priority").desc(),
                "due_at",
                "id",
                name="case_open_in_queue",
                condition=~Q(state="closed"),
            ),
            # What is mine.
            models.Index(fields=["owner", "due_at"], name="case_open_by_owner", condition=~Q(state="closed")),
        ]

    def __str__(self) -> str:
        return f"Case {self.pk}"


class CaseEvent(models.Model):
    """One step in a case's story, written in the transaction of the step."""

    class Kind(models.TextChoices):
        OPENED = "opened", "Opened"
        CLAIMED = "claimed", "Claimed"
        RELEASED = "released", "Released"
        DRAFTED = "drafted", "Reply written"
        SUBMITTED = "submitted", "Sent for approval"
        APPROVED = "approved", "Reply approved"
        RETURNED = "returned", "Reply returned"
        SENDING = "sending", "Sending"
        SENT = "sent", "Reply published"
        FAILED = "failed", "Could not be sent"
        UNKNOWN = "unknown", "May have been sent"
        EDITED_AT_SOURCE = "edited", "Author changed the post"
        MOVED = "moved", "Moved"
        CLOSED = "closed", "Closed"
        REOPENED = "reopened", "Reopened"
        REVEALED = "revealed", "Names and numbers shown"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["case", "id"], name="case_story")]

    def __str__(self) -> str:
        return f"{self.case}: {self.kind}"
