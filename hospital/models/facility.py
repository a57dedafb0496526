from typing import Self

from django.db import models
from django.db.models.functions import Lower


class FacilityQuerySet(models.QuerySet["Facility"]):
    def within(self, facility_ids: frozenset[int] | None) -> Self:
        return self if facility_ids is None else self.filter(pk__in=facility_ids)


class Facility(models.Model):
    """A hospital, clinic or centre that people speak of."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60)
    city = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FacilityQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "facilities"

    def __str__(self) -> str:
        return self.name


class FacilityName(models.Model):
    """Another way the public names a facility; masked before tone is read."""

    class Kind(models.TextChoices):
        NAME = "name", "Name"
        HANDLE = "handle", "Handle"
        LOCATION = "location", "Review location"

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="names")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.NAME)
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint("facility", "kind", Lower("name"), name="facility_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="facility_name_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name
