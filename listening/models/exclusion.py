from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from hospital.models import Facility
from listening.models.mention import Author, Mention


class ExclusionQuerySet(models.QuerySet["Exclusion"]):
    def standing(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def overdue(self, now: datetime) -> Self:
        return self.standing().filter(until__lte=now)

    def unfinished(self) -> Self:
        """Begun or ended, and not yet carried out on every stored mention."""
        return self.filter(
            Q(ended_at__isnull=True, applied_at__isnull=True)
            | Q(Exists(Mention.objects.filter(exclusion=OuterRef("pk"))), ended_at__isnull=False)
        )

    def within(self, facility_ids: frozenset[int] | None) -> Self:
        return self if facility_ids is None else self.filter(facility_id__in=facility_ids)


class Exclusion(models.Model):
    """A decision that certain posts are not about us. They stay stored, and come back when it ends.

    What speaks of somebody's safety is shown whatever stands here.
    """

    class Kind(models.TextChoices):
        AUTHOR = "author", "This author"
        SITE = "site", "This site"
        PHRASE = "phrase", "These words"
        CONTEXT = "context", "A word beside our name"

    kind = models.CharField(max_length=10, choices=Kind)
    author = models.ForeignKey(Author, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    site = models.CharField(max_length=255, blank=True)
    expression = models.CharField(max_length=5000, blank=True)  # of words: in the grammar of watchlists
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, null=True, blank=True)  # None: in all
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    looked_below = models.BigIntegerField(null=True, blank=True)  # from this mention on all were looked at
    applied_at = models.DateTimeField(null=True, blank=True)  # when every stored mention had been looked at
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            # Nobody who complains is silenced for ever, or without a word why.
            models.CheckConstraint(
                condition=~Q(kind="author") | (Q(author__isnull=False, until__isnull=False) & ~Q(reason="")),
                name="exclusion_of_a_person_has_reason_and_end",
            ),
            models.CheckConstraint(
                condition=Q(kind="author", site="", expression="")
                | (Q(kind="site", author__isnull=True, expression="") & ~Q(site=""))
                | (Q(kind__in=["phrase", "context"], author__isnull=True, site="") & ~Q(expression="")),
                name="exclusion_says_what",
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """What is left out, as people say it; of an author, no name."""
        if self.kind == self.Kind.AUTHOR:
            return f"one author on {self.author.network}" if self.author else "one author"
        return self.site or self.expression

    @property
    def is_standing(self) -> bool:
        return self.ended_at is None
