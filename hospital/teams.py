"""Teams: named groups of people that work can be given to."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from hospital import audit
from hospital.models import Facility, Team


@transaction.atomic
def make(name: str, *, facility: Facility | None, members: Iterable[User], by: User, at: datetime) -> Team:
    team = Team.objects.create(name=name, facility=facility)
    return _keep(team, members, "team.make", by, at)


@transaction.atomic
def change(team: Team, *, name: str, members: Iterable[User], by: User, at: datetime) -> Team:
    Team.objects.filter(pk=team.pk).update(name=name)
    team.name = name
    return _keep(team, members, "team.change", by, at)


@transaction.atomic
def remove(team: Team, *, by: User, at: datetime) -> None:
    """Its cases stay in their queues, for everybody."""
    audit.record("team.remove", f"team {team.pk}", by=by, at=at, name=team.name)
    team.delete()


def _keep(team: Team, members: Iterable[User], action: str, by: User, at: datetime) -> Team:
    team.members.set(members)
    ids = sorted(team.members.values_list("pk", flat=True))
    audit.record(action, f"team {team.pk}", by=by, at=at, name=team.name, members=ids)
    return team
