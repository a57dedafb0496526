from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from hospital.models import Facility
from listening.models.mention import Mention


class Story(models.Model):
    """Two mentions or more that say the same, or that a person put together.

    Written only under the lock of the wall's order, so that no two workers begin one story twice.
    """

    facility = models.ForeignKey(Facility, on_delete=models.SET_NULL, null=True, blank=True)
    headline = models.ForeignKey(Mention, on_delete=models.SET_NULL, null=True, related_name="+")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "stories"
        indexes = [
            # What a story may be put together with: those of about the same time.
            models.Index(fields=["-last_seen_at"], name="story_newest", condition=models.Q(count__gt=0)),
        ]

    def __str__(self) -> str:
        return f"story {self.pk} of {self.count}"


class Likeness(models.Model):
    """A key under which a mention is found by later ones that say the same; kept while they may come.

    Only a mention that said something new has any: whatever repeats it is held against it alone. Some eight a
    mention, so no foreign key is checked and none deleted one by one: `joining.forget` does that once a day.
    """

    # joining.join: which mentions share a key with those of a page.
    pk = models.CompositePrimaryKey("key", "mention")
    key = models.BigIntegerField()
    mention = models.ForeignKey(
        Mention, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "likenesses"

    def __str__(self) -> str:
        return f"likeness of {self.mention_id}"


class StoryMove(models.Model):
    """What a person changed about stories, with all it takes to undo it. The machine never overrules it."""

    class Kind(models.TextChoices):
        MERGE = "merge", "put together"
        SPLIT = "split", "taken out"

    kind = models.CharField(max_length=10, choices=Kind)
    left = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="moves_out")
    entered = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="moves_in")
    mention_ids = ArrayField(models.BigIntegerField())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.by}"
