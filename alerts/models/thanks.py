from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from alerts.models.case import Case
from hospital.models import Facility


class ThanksQuerySet(models.QuerySet["Thanks"]):
    def within(self, facility_ids: frozenset[int] | None) -> Self:
        return self if facility_ids is None else self.filter(facility_id__in=facility_ids)

    def passed_on(self) -> Self:
        return self.filter(state=Thanks.State.PASSED_ON)


class Thanks(models.Model):
    """Praise on its way to the people it is meant for: a card without anything of who wrote it."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "Waits for a manager"
        PASSED_ON = "passed_on", "Passed on"
        DECLINED = "declined", "Not passed on"

    class Mail(models.TextChoices):
        NONE = "", "Not mailed"
        QUEUED = "queued", "Leaves in a moment"
        SENDING = "sending", "Leaving"
        SENT = "sent", "Mailed"
        FAILED = "failed", "Could not be mailed"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="thanks")
    facility = models.ForeignKey(Facility, on_delete=models.SET_NULL, null=True, blank=True)
    unit = models.CharField(max_length=80)
    first_name = models.CharField(max_length=40, blank=True)  # as the author wrote it, never a surname
    words = models.TextField()  # masked
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    why_declined = models.CharField(max_length=300, blank=True)
    mail_to = models.EmailField(blank=True)  # emptied once it has left
    mail = models.CharField(max_length=7, choices=Mail, blank=True, default=Mail.NONE)
    mail_at = models.DateTimeField(null=True, blank=True)

    objects = ThanksQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "thanks"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "unit", "first_name"],
                condition=~Q(state="declined"),
                name="thanks_once_for_each",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="thanks_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(mail="") | Q(state="passed_on"), name="thanks_mailed_passed_on"
            ),
        ]
        indexes = [
            # The counter of the day and the digest of the month.
            models.Index(fields=["decided_at"], name="thanks_passed_on", condition=Q(state="passed_on")),
            # What is to be mailed.
            models.Index(fields=["mail_at"], name="thanks_outbox", condition=Q(mail="queued")),
        ]

    def __str__(self) -> str:
        return f"Thanks {self.pk} for {self.unit}"
