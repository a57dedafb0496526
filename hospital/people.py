"""Who belongs: accounts and the roles they hold."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction

from hospital import audit
from hospital.models import Facility, Membership, Role


@transaction.atomic
def grant(
    user: User, role: Role, *, facility: Facility | None, by: AbstractBaseUser | None, at: datetime
) -> Membership:
    """Give a person one role, in one facility or (None) in all."""
    membership, is_new = Membership.objects.get_or_create(user=user, role=role, facility=facility)
    if is_new:
        audit.record("membership granted", f"user {user.pk}", by=by, at=at, **described(membership))
    return membership


@transaction.atomic
def revoke(membership: Membership, *, by: AbstractBaseUser | None, at: datetime) -> None:
    """Take a role away; the next request of that person is judged without it."""
    audit.record("membership revoked", f"user {membership.user_id}", by=by, at=at, **described(membership))
    membership.delete()


def described(membership: Membership) -> dict[str, str]:
    return {
        "role": membership.role,
        "facility": membership.facility.slug if membership.facility else "all",
    }
