from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class ListedContact(models.Model):
    """A phone number, address or handle that the hospital gives to the public: the gate lets it pass."""

    value = models.CharField(max_length=200)
    purpose = models.CharField(max_length=100, blank=True)  # whom it reaches, for whoever picks one
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(Lower("value"), name="listed_contact_once"),
            models.CheckConstraint(condition=~Q(value=""), name="listed_contact_not_empty"),
        ]

    def __str__(self) -> str:
        return self.value
