from django.conf import settings
from django.db import models
from django.db.models.functions import MD5

from hospital.models import Facility


class Watchlist(models.Model):
    """What an admin wants to hear about: a purpose, and the queries that serve it."""

    class Pace(models.TextChoices):
        SAFETY = "safety", "Safety: always asked"
        USUAL = "usual", "As usual"
        WAITS = "waits", "Can wait"

    name = models.CharField(max_length=120, unique=True)
    purpose = models.CharField(max_length=300, blank=True)
    facility = models.ForeignKey(Facility, on_delete=models.SET_NULL, null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_active = models.BooleanField(default=True)
    pace = models.CharField(max_length=6, choices=Pace, default=Pace.USUAL)  # where a source must save
    review_on = models.DateField(null=True, blank=True)  # when somebody asks whether it still fits
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Query(models.Model):
    """One expression of the query language; `listening.queries` reads it."""

    watchlist = models.ForeignKey(Watchlist, on_delete=models.CASCADE, related_name="queries")
    expression = models.CharField(max_length=4000)
    is_active = models.BooleanField(default=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "queries"
        constraints = [
            # By its hash: an index holds no line of 4,000 characters.
            models.UniqueConstraint("watchlist", MD5("expression"), name="query_once"),
            models.CheckConstraint(condition=~models.Q(expression=""), name="query_not_empty"),
        ]

    def __str__(self) -> str:
        return self.expression


class WatchlistVersion(models.Model):
    """A watchlist as it stood after one save, written as its file. Never altered."""

    watchlist = models.ForeignKey(Watchlist, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.TextField()
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["watchlist", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["watchlist", "number"], name="watchlist_version_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="watchlist_version_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.watchlist}, version {self.number}"
