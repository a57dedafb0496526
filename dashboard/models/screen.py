from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from dashboard.screen_class import ScreenClass
from dashboard.screens import playlist
from dashboard.screens.playlist import Break, Playlist, Step
from hospital.models import Facility, Theme

THEMES = [(theme.value, theme.label) for theme in (Theme.DARK, Theme.LIGHT)]
"""Nobody sits before a screen who could tell its machine."""

SEEN_EVERY = timedelta(seconds=10)
GONE_AFTER = timedelta(minutes=2)
"""A screen asks every ten seconds. One that has not for so long is off, or cannot reach us."""


class ScreenQuerySet(models.QuerySet["Screen"]):
    def within(self, facility_ids: frozenset[int] | None) -> Self:
        """Those that show nothing beyond these facilities (None: all)."""
        if facility_ids is None:
            return self
        beyond = Facility.objects.exclude(pk__in=facility_ids)
        return self.filter(is_everywhere=False).exclude(facilities__in=beyond)

    def seen(self, moment: datetime) -> None:
        """Noted at most once in a while: a screen asks often."""
        unseen = models.Q(seen_at=None) | models.Q(seen_at__lt=moment - SEEN_EVERY)
        self.filter(unseen).update(seen_at=moment)


class Screen(models.Model):
    """A big screen with an address of its own, that whoever has it may read and nobody may use."""

    name = models.CharField(max_length=60, unique=True)
    screen_class = models.CharField(max_length=6, choices=ScreenClass, default=ScreenClass.PUBLIC)
    # Said, and not told from an empty list: a facility that goes must not open all the others.
    is_everywhere = models.BooleanField(default=False)
    facilities = models.ManyToManyField(Facility, blank=True, related_name="screens")
    steps = models.JSONField(default=list)  # [["live", 60], ["facilities", 20]]: scene and seconds
    counted_from = models.DateTimeField()
    played = models.DurationField(default=timedelta)  # how long its scenes had stood at that moment
    pinned = models.CharField(max_length=40, blank=True)
    pinned_at = models.DateTimeField(null=True, blank=True)
    theme = models.CharField(max_length=6, choices=THEMES, default=Theme.DARK)
    dim_from = models.TimeField(null=True, blank=True)
    dim_until = models.TimeField(null=True, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    down_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = ScreenQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(screen_class__in=ScreenClass.values), name="screen_known_class"
            ),
            models.CheckConstraint(
                condition=models.Q(pinned="", pinned_at=None)
                | (~models.Q(pinned="") & models.Q(pinned_at__isnull=False)),
                name="screen_pinned_since",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def facility_ids(self) -> frozenset[int] | None:
        if self.is_everywhere:
            return None
        return frozenset(self.facilities.values_list("pk", flat=True))

    def playlist(self, known: frozenset[str]) -> Playlist:
        """Its steps, of the scenes that there are."""
        steps = [Step(scene, timedelta(seconds=seconds)) for scene, seconds in self.steps if scene in known]
        pinned = self.pinned if self.pinned in known else ""
        pinned_at = self.pinned_at if pinned else None
        return Playlist(tuple(steps), self.counted_from, self.played, pinned, pinned_at)

    def is_dimmed(self, now: datetime) -> bool:
        return playlist.is_between(self.dim_from, self.dim_until, timezone.localtime(now).time())

    def is_seen(self, now: datetime) -> bool:
        return self.seen_at is not None and now - self.seen_at < GONE_AFTER


class BreakIn(models.Model):
    """Something that came before a screen's playlist for a while."""

    screen = models.ForeignKey(Screen, on_delete=models.CASCADE, related_name="breaks")
    key = models.CharField(max_length=80)  # what it was: "mention:7", "service:3:..."
    at = models.DateTimeField()
    until_at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            # The same breaks in once.
            models.UniqueConstraint(fields=["screen", "key"], name="break_in_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} on {self.screen}"

    def as_break(self) -> Break:
        return Break(self.at, self.until_at, self.key)
