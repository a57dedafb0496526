"""Who is out of office, and who stands in for them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction

from hospital import audit
from hospital.models import Absence

FARTHEST = 5
"""Deputies of deputies that are asked before nobody is said to be there."""


class Mistaken(Exception):
    """Why an absence makes no sense, in one plain sentence."""


@transaction.atomic
def leave(
    user: User, *, from_at: datetime, until_at: datetime, deputy: User | None, by: User, at: datetime
) -> Absence:
    """From when until when somebody is away, and who gets their work; in the place of what stood before."""
    if until_at <= max(from_at, at):
        raise Mistaken("Say a day of return that lies after the first day away.")
    if deputy == user:
        raise Mistaken("Somebody else has to stand in.")
    values = {"from_at": from_at, "until_at": until_at, "deputy": deputy}
    absence, _ = Absence.objects.update_or_create(user=user, defaults=values)
    _record("person.away", user, by, at, until=until_at.isoformat(), deputy=deputy.pk if deputy else None)
    return absence


@transaction.atomic
def come_back(user: User, *, by: User, at: datetime) -> None:
    if Absence.objects.filter(user=user).delete()[0]:
        _record("person.back", user, by, at)


def away(at: datetime) -> dict[int, Absence]:
    """Everybody who is away at this moment."""
    there = Absence.objects.filter(from_at__lte=at, until_at__gt=at).select_related("user", "deputy")
    return {absence.user_id: absence for absence in there}


def stand_in(user: User, absences: Mapping[int, Absence], *, fits: Callable[[User], bool]) -> User | None:
    """Who gets the work of somebody: themselves when they are there, else the first deputy who is. Pure."""
    asked: set[int] = set()
    current: User | None = user
    while current is not None and current.pk not in asked and len(asked) < FARTHEST:
        asked.add(current.pk)
        absence = absences.get(current.pk)
        if absence is None:
            return current if fits(current) else None
        current = absence.deputy
    return None


def said(absence: Absence, zone: ZoneInfo) -> str:
    until = absence.until_at.astimezone(zone)
    return f"{called(absence.user)} is away until {until:%a} {until.day} {until:%b %H:%M}"


def called(person: User) -> str:
    return person.get_full_name() or person.username


def _record(action: str, user: User, by: User, at: datetime, **detail: object) -> None:
    audit.record(action, f"user {user.pk}", by=by, at=at, **detail)
