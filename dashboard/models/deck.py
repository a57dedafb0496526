from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from dashboard import kinds
from dashboard.standing import NARROWEST, WIDEST, Slot, standing
from hospital.models import Facility
from listening.models import Mention, Source

MOST_COLUMNS = 6


class DeckQuerySet(models.QuerySet["Deck"]):
    def seen_by(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Shared ones and one's own."""
        return self.filter(Q(is_shared=True) | Q(owner_id=user.pk))


class Deck(models.Model):
    """A wall of columns with an address of its own: one person's, or for everybody."""

    name = models.CharField(max_length=60)
    slug = models.SlugField(max_length=80, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="decks")
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = DeckQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("deck-detail", args=[self.slug])


class Column(models.Model):
    """What stands in one column of a deck, and how it is shown."""

    class Sort(models.TextChoices):
        NEWEST = "newest", "Last said first"
        SEVEREST = "severest", "Most urgent first"

    class Density(models.TextChoices):
        COMPACT = "compact", "Compact: one line"
        NORMAL = "normal", "Normal: three lines"
        FULL = "full", "Full: seven lines"

    deck = models.ForeignKey(Deck, on_delete=models.CASCADE, related_name="columns")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, choices=kinds.CHOICES, default=kinds.ALL.slug)
    expression = models.TextField(blank=True)  # a query line, as watchlists have them
    sources = models.ManyToManyField(Source, blank=True, related_name="+")
    facilities = models.ManyToManyField(Facility, blank=True, related_name="+")
    floor = models.CharField(max_length=2, choices=Mention.Level, blank=True)
    sort = models.CharField(max_length=10, choices=Sort, default=Sort.NEWEST)
    width = models.PositiveSmallIntegerField(
        default=NARROWEST, validators=[MinValueValidator(NARROWEST), MaxValueValidator(WIDEST)]
    )
    density = models.CharField(max_length=10, choices=Density, default=Density.NORMAL)

    class Meta:
        ordering = ["position"]
        constraints = [
            # Deferred, so that two columns may change places in one transaction.
            models.UniqueConstraint(
                fields=["deck", "position"], name="column_place", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(width__range=(NARROWEST, WIDEST)), name="column_width"),
            models.CheckConstraint(condition=Q(position__range=(1, MOST_COLUMNS)), name="column_most"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def slot(self) -> Slot:
        return Slot(
            key=f"c{self.pk}",
            name=self.name,
            standing=standing(
                self.kind,
                self.expression,
                frozenset(source.pk for source in self.sources.all()),
                frozenset(facility.pk for facility in self.facilities.all()),
                self.floor,
            ),
            sort=self.sort,
            width=self.width,
            density=self.density,
            pk=self.pk,
        )


class LastDeck(models.Model):
    """Which deck a person looked at last: theirs when they come back. None: the one of everybody."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="last_deck")
    deck = models.ForeignKey(Deck, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.user} at {self.deck}"
