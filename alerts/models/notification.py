from django.conf import settings
from django.db import models
from django.db.models import Q

from alerts.models.case import Case
from alerts.models.knowledge import Question
from alerts.models.operations import OutageAlarm
from alerts.models.source_alarm import SourceAlarm


class NotificationQuerySet(models.QuerySet["Notification"]):
    def pages(self) -> "NotificationQuerySet":
        return self.filter(kind=Notification.Kind.PAGE)

    def standing(self) -> "NotificationQuerySet":
        """Pages that nobody has answered and that were not passed on."""
        return self.pages().filter(acknowledged_at__isnull=True, passed_on_at__isnull=True)


class Notification(models.Model):
    """One message to one person, written down before it is tried. It holds no post and no handle."""

    class Kind(models.TextChoices):
        PAGE = "page", "Page"
        QUESTION = "question", "Question"
        NOTICE = "notice", "Notice"

    class State(models.TextChoices):
        WAITING = "waiting", "Not sent yet"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Could not be sent"
        BY_PHONE = "phone", "To be telephoned"
        NOBODY = "nobody", "Nobody is on duty"

    # Of a case, of an alarm that is nobody's case, or of a source that needs an administrator.
    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    alarm = models.ForeignKey(
        OutageAlarm, on_delete=models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    source_alarm = models.ForeignKey(
        SourceAlarm, on_delete=models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    question = models.ForeignKey(Question, on_delete=models.CASCADE, null=True, blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    role = models.CharField(max_length=10, blank=True)  # a `Duty.Role`, of a page
    duty_id = models.BigIntegerField(null=True, blank=True)  # outlives the duty that it names
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    passed_on_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(kind="page", acknowledged_at__isnull=True, passed_on_at__isnull=True),
                name="notification_one_page_stands",
            ),
            models.UniqueConstraint(
                fields=["alarm"],
                condition=Q(kind="page", acknowledged_at__isnull=True, passed_on_at__isnull=True),
                name="notification_one_page_stands_of_an_alarm",
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False, alarm__isnull=True, source_alarm__isnull=True)
                | Q(case__isnull=True, alarm__isnull=False, source_alarm__isnull=True)
                | Q(case__isnull=True, alarm__isnull=True, source_alarm__isnull=False),
                name="notification_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="notification_acknowledged_by_somebody",
            ),
        ]
        indexes = [
            # The bell of the desk: which pages stand, or were answered a moment ago.
            models.Index(
                fields=["acknowledged_at"],
                name="notification_page",
                condition=Q(kind="page", passed_on_at__isnull=True),
            ),
            # The sweep: what is to be sent.
            models.Index(
                fields=["id"], name="notification_outbox", condition=Q(state__in=["waiting", "sending"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk} of {self.case or self.alarm or self.source_alarm}"

    @property
    def is_standing(self) -> bool:
        is_page = self.kind == self.Kind.PAGE
        return is_page and self.acknowledged_at is None and self.passed_on_at is None
