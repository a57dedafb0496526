from django.conf import settings
from django.db import models
from django.db.models import F, Q

from hospital.models.facility import Facility


class Team(models.Model):
    """People who share work, in one facility or (with none named) in all of them."""

    name = models.CharField(max_length=80, unique=True)
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, null=True, blank=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="teams", blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Absence(models.Model):
    """When somebody is out of office, and who stands in. The next one takes the place of the last."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absence")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="absence_ends"),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("user")), name="absence_deputy_is_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} is away until {self.until_at:%d %b %H:%M}"


class Theme(models.TextChoices):
    DARK = "dark", "Dark"
    LIGHT = "light", "Light"
    DEVICE = "device", "As this device has it"

    @property
    def light_for(self) -> str:
        """The medium, as CSS names it, for which a page is light."""
        return {"light": "all", "device": "(prefers-color-scheme: light)"}.get(self.value, "not all")


class Habits(models.Model):
    """How one person likes to work: their keys, where an action leaves them, light or dark."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="habits")
    keys_off = models.BooleanField(default=False)  # no single letter does anything
    own_keys = models.JSONField(default=dict)  # our key to theirs, where they differ
    stays = models.BooleanField(default=False)  # after an action the case stays open
    theme = models.CharField(max_length=6, choices=Theme, default=Theme.DARK)

    class Meta:
        verbose_name_plural = "habits"

    def __str__(self) -> str:
        return f"habits of {self.user}"
