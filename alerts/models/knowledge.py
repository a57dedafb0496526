from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from alerts.models.case import Case
from hospital.models import Facility


class KnowerQuerySet(models.QuerySet["Knower"]):
    def within(self, facility_ids: frozenset[int] | None) -> Self:
        return self if facility_ids is None else self.filter(facility_id__in=facility_ids)

    def seen_within(self, facility_ids: frozenset[int] | None) -> Self:
        """Those of a facility one may see, and those that know it for all."""
        if facility_ids is None:
            return self
        return self.filter(Q(facility_id__in=facility_ids) | Q(facility__isnull=True))


class Knower(models.Model):
    """An entry of the directory: who is asked about what. Its owner looks at it again by a day."""

    topic = models.CharField(max_length=80)
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, null=True, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    desk = models.CharField(max_length=80, blank=True)
    email = models.EmailField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    review_by = models.DateField()

    objects = KnowerQuerySet.as_manager()

    class Meta:
        ordering = ["topic", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(topic=""), name="knower_of_something"),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | ~Q(desk=""), name="knower_is_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.called}: {self.topic}"

    @property
    def called(self) -> str:
        if self.person is None:
            return self.desk
        return self.person.get_full_name() or self.person.username


class Question(models.Model):
    """What somebody was asked about a case, in words that name nobody, and what they answered."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="questions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=150)  # of the person or desk, as it was when they were asked
    email = models.EmailField(blank=True)
    text = models.CharField(max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "name"], condition=Q(answered_at__isnull=True), name="question_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Question {self.pk} on {self.case}"
