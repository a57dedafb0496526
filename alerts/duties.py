"""The duty list: who is paged, in which role, and when."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from alerts.models import Duty
from alerts.refusals import Refused
from hospital import audit
from hospital.models import Facility

MOST_DAYS = 31
LONGEST = timedelta(days=31)


@transaction.atomic
def add(
    *,
    role: str,
    facility: Facility | None,
    person: User | None,
    name: str,
    phone: str,
    email: str,
    starts_at: datetime,
    ends_at: datetime,
    days: int,
    position: int,
    by: User,
    at: datetime,
) -> list[Duty]:
    """The same hours on each of so many days, one row a day."""
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise Refused("It must end after it starts, and within a month.")
    if days > 1 and ends_at - starts_at > timedelta(days=1):
        raise Refused("What repeats each day can last a day at most.")
    email = email or (person.email if person else "")
    if not email and not phone:
        raise Refused("Give an e-mail address or a telephone number, or nobody can be reached.")
    if person is None and not name:
        raise Refused("Choose a person, or name the desk.")
    whom = {"person": person, "name": name, "phone": phone, "email": email, "position": position}
    made = [
        Duty.objects.create(
            role=role,
            facility=facility,
            starts_at=starts_at + timedelta(days=day),
            ends_at=ends_at + timedelta(days=day),
            **whom,
        )
        for day in range(max(1, min(days, MOST_DAYS)))
    ]
    audit.record("duty.add", f"duty {made[0].pk}", by=by, at=at, role=role, days=len(made))
    return made


@transaction.atomic
def remove(duty: Duty, *, by: User, at: datetime) -> None:
    audit.record("duty.remove", f"duty {duty.pk}", by=by, at=at, role=duty.role)
    Duty.objects.filter(pk=duty.pk).delete()
