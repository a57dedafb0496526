from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from alerts.models.case import Case


class PrivateLink(models.Model):
    """A way to write to us in private, given to one author. Who has its token may write once, until it ends.

    Only the token's hash is kept: what stands here leads nobody to the form.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="private_links")
    token_hash = models.CharField(max_length=64, unique=True)
    base = models.CharField(max_length=200)  # the hospital's own address that it was made for
    language = models.CharField(max_length=2)  # the form opens in it
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Private link {self.pk} of {self.case}"

    def is_live(self, now: datetime) -> bool:
        return self.used_at is None and self.revoked_at is None and now < self.expires_at


class PrivateAnswer(models.Model):
    """What an author told in private: sealed, for few, and erased some time after the case was closed."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="private_answers")
    link = models.OneToOneField(PrivateLink, on_delete=models.CASCADE, related_name="answer")
    sealed = models.BinaryField()
    came_at = models.DateTimeField()
    first_read_at = models.DateTimeField(null=True, blank=True)
    first_read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(sealed=b""), name="private_answer_erased_is_empty"
            ),
        ]
        indexes = [
            # The mark in the list: answers that nobody has read.
            models.Index(
                fields=["case"], name="private_answer_unread", condition=Q(first_read_at__isnull=True)
            ),
            # The sweep that erases.
            models.Index(fields=["case"], name="private_answer_kept", condition=Q(erased_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"Private answer {self.pk} to {self.case}"
