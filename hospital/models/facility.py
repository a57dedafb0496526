from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class FacilityQuerySet(models.QuerySet["Facility"]):
    def within(self, facility_ids: frozenset[int] | None) -> Self:
        return self if facility_ids is None else self.filter(pk__in=facility_ids)


class Facility(models.Model):
    """A hospital, clinic or centre that people speak of.

    Whoever changes it or its names moves `revision`: by it polls see that something changed, and a form that
    it was overtaken.
    """

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60)
    system = models.CharField(max_length=200, blank=True)  # the health system it belongs to
    address = models.CharField(max_length=300, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=60, blank=True)  # a state, as in "Alder Falls, OH"
    postcode = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    # What a public list of hospitals knows it by: "cms 010001", "nhs RXX".
    listed_as = models.CharField(max_length=40, blank=True)
    # Doctors are people: their names count only where somebody decided so.
    counts_doctors = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = models.PositiveIntegerField(default=0)

    objects = FacilityQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "facilities"
        constraints = [
            models.UniqueConstraint(
                fields=["listed_as"], condition=~Q(listed_as=""), name="facility_listed_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FacilityName(models.Model):
    """Another way the public names a facility, or something that tells which of two namesakes is meant."""

    class Kind(models.TextChoices):
        NAME = "name", "Name"
        NICKNAME = "nickname", "Nickname"
        MISSPELLING = "misspelling", "Misspelling"
        HANDLE = "handle", "Handle"
        HASHTAG = "hashtag", "Hashtag"
        PHONE = "phone", "Phone"
        DOCTOR = "doctor", "Doctor"
        STREET = "street", "Street"
        CITY = "city", "City"
        SERVICE = "service", "Service line"
        LOCATION = "location", "Review location"

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="names")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.NAME)
    name = models.CharField(max_length=200)
    # A query that the post must answer too, or the name does not count.
    context = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("facility", "kind", Lower("name"), name="facility_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="facility_name_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class FacilityVersion(models.Model):
    """What was known of a facility after one change: read when somebody puts an earlier one back."""

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["facility", "number"], name="facility_version_once")]

    def __str__(self) -> str:
        return f"{self.facility}, version {self.number}"


class ListedHospital(models.Model):
    """One row of a public list of hospitals that an admin brought: looked up, and filled from."""

    listed_as = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=60, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["name", "city"]

    def __str__(self) -> str:
        return self.name
