from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Extract, Floor, Greatest, Least

from alerts.models.queue import STAFF_VOICE, Queue, Rule
from alerts.priority import WAITING_STEP, WAITING_STEPS
from hospital.models import Facility, Team
from listening.models import Mention
from listening.models.mention import RESTRICTED_LANES

VOICES = Mention.objects.filter(lane__in=RESTRICTED_LANES).values("pk")
# Asked as a list of its few, which have an index of their own: joining every open case's post costs more.
RESTRICTED = Q(passed_on="") & (Q(mention_id__in=VOICES) | Q(queue__slug=STAFF_VOICE))
"""Staff voices of which nothing was passed on: they exist only for the two roles that handle them."""


class CaseQuerySet(models.QuerySet["Case"]):
    def within(self, facility_ids: frozenset[int] | None) -> Self:
        """What a person may see who may see these facilities (None: all): never what is restricted."""
        return self.exclude(RESTRICTED)._of(facility_ids)

    def restricted_within(self, facility_ids: frozenset[int] | None) -> Self:
        """Only what is restricted. Ask for it with nobody's facilities but those of who may handle it."""
        return self.filter(RESTRICTED)._of(facility_ids)

    def _of(self, facility_ids: frozenset[int] | None) -> Self:
        return self if facility_ids is None else self.filter(facility_id__in=facility_ids)

    def open(self) -> Self:
        return self.exclude(state=Case.State.CLOSED)

    def there(self) -> Self:
        """Without those whose posts were said to be not about us, and that nobody has taken up."""
        left_out = Mention.objects.excluded().values("pk")
        return self.exclude(state=Case.State.NEW, owner__isnull=True, mention_id__in=left_out)

    def awake(self, moment: datetime) -> Self:
        """Without those that somebody has put off until later than this."""
        return self.exclude(snoozed_until__gt=moment)

    def unowned(self) -> Self:
        return self.filter(owner__isnull=True)

    def running(self) -> Self:
        """Those whose clock runs."""
        return self.exclude(state__in=[Case.State.CLOSED, Case.State.WAITING])

    def due_before(self, moment: datetime) -> Self:
        return self.filter(due_at__lte=moment)

    def in_order(self, moment: datetime, *, waiting: int) -> Self:
        """By score as it was at a moment, the points for each step of waiting among it; then by time left."""
        return self.annotate(score=F("priority") + waiting * _steps_waited(moment)).order_by(
            "-score", "due_at", "id"
        )


def _steps_waited(moment: datetime) -> models.Case:
    """The same as `priority.waiting` counts, for the database."""
    waited = models.ExpressionWrapper(Value(moment) - F("opened_at"), models.DurationField())
    steps = Floor(Extract(waited, "epoch") / (WAITING_STEP // timedelta(seconds=1)))
    counted = Greatest(Least(steps, Value(WAITING_STEPS)), Value(0))
    return models.Case(
        models.When(first_replied_at__isnull=True, then=counted),
        default=Value(0),
        output_field=models.IntegerField(),
    )


class Case(models.Model):
    """A mention that somebody must act on."""

    class State(models.TextChoices):
        NEW = "new", "New"
        CLAIMED = "claimed", "Claimed"
        DRAFTING = "drafting", "Drafting"
        AWAITING_APPROVAL = "awaiting", "Awaiting approval"
        HELD = "held", "Held"  # approved, and can be taken back
        SENDING = "sending", "Sending"
        TO_POST = "to_post", "To be posted by hand"
        SENT = "sent", "Sent"
        WAITING = "waiting", "Waiting on author"
        REOPENED = "reopened", "Reopened"  # worked on like a claimed one
        CHECK = "check", "Check the network"  # a reply may or may not be public
        CLOSED = "closed", "Closed"

    class Outcome(models.TextChoices):
        REPLIED_ONLINE = "online", "Replied online"
        BY_PHONE = "phone", "By phone"
        IN_PERSON = "in_person", "In person"
        PATIENT_RELATIONS = "relations", "Handed to patient relations"
        NO_REPLY_NEEDED = "none", "No reply needed"
        THEME_ONLY = "theme", "No action, counted as a theme only"  # of a staff voice
        PRIVACY_OFFICER = "privacy", "Dealt with by the privacy officer"  # of a staff voice

    class Answer(models.TextChoices):
        """What a staff voice speaks of, as a person answered it."""

        PRIVACY = "privacy", "Patient privacy at risk"
        SAFETY = "safety", "A safety concern"
        CONDITIONS = "conditions", "Working conditions"
        PRAISE = "praise", "Praise"

    mention = models.OneToOneField(Mention, on_delete=models.PROTECT, related_name="case")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="cases")
    rule = models.ForeignKey(Rule, on_delete=models.SET_NULL, null=True, blank=True)
    facility = models.ForeignKey(Facility, on_delete=models.SET_NULL, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="cases")
    snoozed_until = models.DateTimeField(null=True, blank=True)
    priority = models.PositiveSmallIntegerField()  # the sum of all factors but waiting
    facts = models.JSONField(default=dict)  # what the factors rest on: `priority.Facts`
    severity_set = models.PositiveSmallIntegerField(null=True, blank=True)  # by a person, over what was read
    severity_set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()  # of the clock that runs now: see `clocks`
    clock_from = models.DateTimeField(null=True, blank=True)  # where it began anew after the case was opened
    asked_again_at = models.DateTimeField(null=True, blank=True)  # the author wrote after our reply
    waiting_since = models.DateTimeField(null=True, blank=True)
    waiting_until = models.DateTimeField(null=True, blank=True)
    paused_for = models.DurationField(default=timedelta(0))  # business time spent waiting on the author
    claimed_at = models.DateTimeField(null=True, blank=True)
    first_replied_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    outcome_note = models.CharField(max_length=500, blank=True)
    contacted_by = models.CharField(max_length=100, blank=True)  # who of ours spoke to them
    contacted_at = models.DateTimeField(null=True, blank=True)
    staff_answer = models.CharField(max_length=10, choices=Answer, blank=True)
    passed_on = models.CharField(max_length=500, blank=True)  # of a staff voice, all that others see
    shown = models.CharField(max_length=16, blank=True)  # the mark of what the walls say of it: `showing`

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
            models.CheckConstraint(
                condition=Q(severity_set__isnull=True, severity_set_by__isnull=True)
                | Q(severity_set__lte=100, severity_set_by__isnull=False),
                name="case_severity_set_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(waiting_since__isnull=False, waiting_until__isnull=False),
                name="case_waiting_since_and_until",
            ),
            models.CheckConstraint(
                condition=Q(staff_answer__in=["safety", "praise"]) | Q(passed_on=""),
                name="case_passed_on_when_answered",
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
            # What will be late within the hour; whom nobody has answered for too long.
            models.Index(fields=["due_at"], name="case_due", condition=~Q(state__in=["closed", "waiting"])),
            # What is mine.
            models.Index(fields=["owner", "due_at"], name="case_open_by_owner", condition=~Q(state="closed")),
        ]

    def __str__(self) -> str:
        return f"Case {self.pk}"

    @property
    def is_staff_voice(self) -> bool:
        return self.mention.lane in RESTRICTED_LANES or self.queue.slug == STAFF_VOICE

    @property
    def is_restricted(self) -> bool:
        """The same as `RESTRICTED`, of one case."""
        return self.is_staff_voice and not self.passed_on


AT_WORK = [Case.State.CLAIMED, Case.State.DRAFTING, Case.State.REOPENED]
"""States in which its owner may write."""


class CaseEvent(models.Model):
    """One step in a case's story, written in the transaction of the step."""

    class Kind(models.TextChoices):
        OPENED = "opened", "Opened"
        CLAIMED = "claimed", "Claimed"
        RELEASED = "released", "Released"
        DRAFTED = "drafted", "Reply written"
        SUBMITTED = "submitted", "Sent for approval"
        APPROVED = "approved", "Reply approved"
        REDLINED = "redlined", "Reply changed by an approver"
        ACCEPTED = "accepted", "Change of the reply accepted"
        ESCALATED = "escalated", "Approval waited too long"
        TICKED = "ticked", "Doubts about the reply ticked"
        OVERRIDDEN = "overridden", "Stopped reply let through"
        RETURNED = "returned", "Reply returned"
        SENDING = "sending", "Sending"
        SENT = "sent", "Reply published"
        FAILED = "failed", "Could not be sent"
        UNKNOWN = "unknown", "May have been sent"
        POSTED = "posted", "Posted by hand"
        NATIVE = "native", "Answered on the network"
        INSISTED = "insisted", "Went on beside a colleague"
        EDITED_AT_SOURCE = "edited", "Author changed the post"
        MOVED = "moved", "Moved"
        WAITING = "waiting", "Waits on the author"
        RESUMED = "resumed", "Taken up again"
        WEIGHED = "weighed", "Severity set"
        ANSWERED = "answered", "Staff voice answered"
        CLOSED = "closed", "Closed"
        REOPENED = "reopened", "Reopened"
        REVEALED = "revealed", "Names and numbers shown"
        PAGED = "paged", "Paged"
        ACKED = "acked", "Page answered"
        SEEN = "seen", "First seen by a person"
        STATED = "stated", "Approved text sent"
        STEPPED = "stepped", "Step taken"
        ASKED = "asked", "Somebody asked who knows"
        HELPED = "helped", "Question answered"
        REMARKED = "remarked", "Note on the author"
        DROPPED = "dropped", "Urgent labels dropped"
        LINK_MADE = "link_made", "Private link made"
        LINK_ENDED = "link_ended", "Private link taken back"
        ANSWER_IN = "answer_in", "Answered in private"
        READ = "read", "Private answer read"
        ERASED = "erased", "Private answer erased"
        CHANGE = "change", "Linked to a change"
        TELL = "tell", "Change made, author to be told"
        TOLD = "told", "Author told of the change"
        THANKED = "thanked", "Thanks passed on"
        ASSIGNED = "assigned", "Assigned"
        NOTED = "noted", "Note"
        SNOOZED = "snoozed", "Put off"
        WOKEN = "woken", "Back in the list"
        MUTED = "muted", "Story muted"
        UNMUTED = "unmuted", "Story heard again"
        UNDONE = "undone", "Undone"

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
