from django.conf import settings
from django.db import models

from hospital.models.facility import Facility


class Role(models.TextChoices):
    VIEWER = "viewer", "Wall viewer"
    MANAGER = "manager", "Community manager"
    RESPONDER = "responder", "Responder"
    APPROVER = "approver", "Approver"
    COMPLIANCE = "compliance", "Compliance"
    ADMIN = "admin", "Admin"


class Membership(models.Model):
    """One role of one person, in one facility or (with none named) in all of them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "facility"], nulls_distinct=False, name="membership_once"
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_known_role"),
        ]

    def __str__(self) -> str:
        where = self.facility.name if self.facility else "all facilities"
        return f"{self.user}: {self.get_role_display()}, {where}"
