from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alerts.models.case import Case
from listening.models import Source


class Reply(models.Model):
    """A public answer on its way: from a draft, past an approver, through the outbox, to the network.

    `sending` is committed before anything leaves. Whoever finds it there with its lease run out knows only
    that it may be public, and marks it `unknown`: it is not sent again before its thread was read.
    One that no program can send is in `to_post` until a person has posted it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        AWAITING = "awaiting", "Awaiting approval"
        RETURNED = "returned", "Returned"
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        TO_POST = "to_post", "To be posted by hand"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Unknown"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="replies")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="replies")
    text = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    mention_hash = models.CharField(max_length=64)  # the wording of the post that this answers
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)  # it had waited too long for its approval
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_hash = models.CharField(max_length=64, blank=True)  # SHA-256 of the exact text approved
    public_seen = models.PositiveIntegerField(default=0)  # public answers that its people had before them
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    thread_hash = models.CharField(max_length=64, blank=True)  # what stood above the post when it was sent in
    gate = models.JSONField(default=dict)  # `gatekeeping.on_record`: verdict, policy, rules, ticks
    override_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    override_at = models.DateTimeField(null=True, blank=True)
    override_reason = models.CharField(max_length=500, blank=True)
    override_hash = models.CharField(max_length=64, blank=True)  # SHA-256 of the exact text let through
    return_reason = models.CharField(max_length=500, blank=True)
    send_after = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    left_at = models.DateTimeField(null=True, blank=True)  # when the last try to send it began
    voice = models.ForeignKey(  # the source it left by; none: it never left, or before this was kept
        Source, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    voice_mark = models.CharField(max_length=64, blank=True)  # that source's `connections.mark` then
    readings = models.PositiveSmallIntegerField(default=0)  # of its thread, since it waits for them
    read_again_at = models.DateTimeField(null=True, blank=True)  # of one that is unknown
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    external_id = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "replies"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(
                    state__in=["draft", "awaiting", "returned", "queued", "sending", "to_post", "unknown"]
                ),
                name="reply_one_on_its_way",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("author")), name="reply_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(override_by__isnull=True)
                | (~Q(override_by=F("author")) & ~Q(override_reason="") & ~Q(override_hash="")),
                name="reply_override_by_a_second",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["queued", "sending", "to_post", "sent", "unknown"])
                | (Q(approved_by__isnull=False) & ~Q(approved_hash="")),
                name="reply_leaves_approved",
            ),
        ]
        indexes = [
            # The outbox: what is to leave, and what was leaving.
            models.Index(
                fields=["send_after"], name="reply_outbox", condition=Q(state__in=["queued", "sending"])
            ),
        ]

    def __str__(self) -> str:
        return f"Reply {self.pk} to {self.case}"
