from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from alerts.models.case import Case
from hospital.models import Facility


class ChangeQuerySet(models.QuerySet["Change"]):
    def within(self, facility_ids: frozenset[int] | None) -> Self:
        return self if facility_ids is None else self.filter(facility_id__in=facility_ids)


class Change(models.Model):
    """Something that the hospital does otherwise because people spoke up: planned, or made."""

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        MADE = "made", "Made"

    facility = models.ForeignKey(Facility, on_delete=models.SET_NULL, null=True, blank=True)
    status = models.CharField(max_length=7, choices=Status, default=Status.PLANNED)
    what = models.CharField(max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_on = models.DateField(null=True, blank=True)
    public_line = models.CharField(max_length=280, blank=True)  # what may be said of it in public
    done = models.CharField(max_length=500, blank=True)  # the sentence that says what was done
    made_on = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)  # when it was said here that it is made
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["status", "due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="planned", done="", made_on__isnull=True, made_at__isnull=True)
                | (Q(status="made", made_on__isnull=False, made_at__isnull=False) & ~Q(done="")),
                name="change_made_says_what",
            ),
        ]

    def __str__(self) -> str:
        return self.what


class ChangeLink(models.Model):
    """One case that a change answers, and whether its author has been told."""

    class How(models.TextChoices):
        REPLY = "reply", "Told in a public reply"
        BY_HAND = "hand", "Told online, posted by hand"
        PHONE = "phone", "Told by phone"
        IN_PERSON = "in_person", "Told in person"
        RELATIONS = "relations", "Told by patient relations"
        NOT_POSSIBLE = "not", "Not possible to tell them"

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="links")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="change_links")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    told_how = models.CharField(max_length=10, choices=How, blank=True)
    told_note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["change", "case"], name="change_link_once"),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True, told_how="") | (Q(told_at__isnull=False) & ~Q(told_how="")),
                name="change_link_told_how",
            ),
        ]
        indexes = [
            # Who is still to be told.
            models.Index(fields=["case"], name="change_link_untold", condition=Q(told_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.case} asked for: {self.change}"
