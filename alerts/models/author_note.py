from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from hospital.models import Facility
from listening.models import Author


class AuthorNoteQuerySet(models.QuerySet["AuthorNote"]):
    def within(self, facility_ids: frozenset[int] | None) -> Self:
        return self if facility_ids is None else self.filter(facility_id__in=facility_ids)


class AuthorNote(models.Model):
    """How to talk with somebody, for a while. Never who they are or what they may suffer from."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="notes")
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, null=True, blank=True)
    text = models.CharField(max_length=300, blank=True)
    says_press = models.BooleanField(default=False)  # as they said themselves
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = AuthorNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text="") | Q(says_press=True), name="author_note_not_empty")
        ]

    def __str__(self) -> str:
        return f"Note {self.pk}"
