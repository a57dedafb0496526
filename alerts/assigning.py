"""Giving a case to a person or to a team. Whoever is out of office is passed over, and it is said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from alerts.cases import REPLY_UNDER_WAY
from alerts.models import Case, CaseEvent
from alerts.models.case import AT_WORK
from alerts.refusals import Refused
from alerts.story import tell
from hospital import absences
from hospital.absences import called
from hospital.access import GRANTS, Permission, Reach
from hospital.models import Absence, Team

State = Case.State
WORKS = [role for role, may in GRANTS.items() if Permission.WORK_CASES in may]
GIVEABLE = (State.NEW, State.SENT, *AT_WORK)


@dataclass(frozen=True)
class Choices:
    """Who a case can be given to."""

    people: list[User]
    teams: list[Team]
    away: dict[int, Absence]


@transaction.atomic
def to_person(case: Case, *, person: User, by: User, at: datetime) -> None:
    """To them, or to whoever stands in; with nobody there, back to its team or queue."""
    current = _giveable(case)
    if not _works(person, current):
        raise Refused(f"{called(person)} cannot work on cases here. Choose somebody else.")
    away = absences.away(at)
    takes = absences.stand_in(person, away, fits=lambda one: _works(one, current))
    if takes is None:
        _nobody_there(current, person, away[person.pk], by, at)
        return
    if takes.pk == current.owner_id:
        raise Refused(f"{called(takes)} has this case already.")
    changes: dict[str, Any] = {"owner": takes, "claimed_at": at, "snoozed_until": None}
    if current.state == State.NEW:
        changes["state"] = State.CLAIMED
    Case.objects.filter(pk=case.pk).update(**changes)
    detail = {"to": called(takes)}
    if takes != person:
        detail |= {"instead_of": called(person), "until": away[person.pk].until_at.isoformat()}
    _tell(case, by, at, **detail)


@transaction.atomic
def to_team(case: Case, *, team: Team, by: User, at: datetime) -> None:
    """Whoever of them is first claims it."""
    current = _giveable(case)
    if current.state == State.SENT:
        raise Refused("Its reply is public. Close it, or give it to one person.")
    if team.facility_id not in (None, current.facility_id):
        raise Refused(f"{team.name} works elsewhere. Choose another team.")
    if current.team_id == team.pk and current.owner_id is None:
        raise Refused(f"It waits for {team.name} already.")
    Case.objects.filter(pk=case.pk).update(
        team=team, owner=None, claimed_at=None, state=State.NEW, snoozed_until=None
    )
    _tell(case, by, at, to=team.name, team=team.pk)


def choices(facility_ids: Iterable[int | None] | None, at: datetime) -> Choices:
    """People who work on cases in any of these facilities (None: in whichever), and their teams."""
    working, teams = User.objects.filter(memberships__role__in=WORKS, is_active=True), Team.objects.all()
    if facility_ids is not None:
        named = [pk for pk in facility_ids if pk is not None]
        here = Q(memberships__facility__in=named) | Q(memberships__facility__isnull=True)
        working = User.objects.filter(here, memberships__role__in=WORKS, is_active=True)
        teams = teams.filter(Q(facility__in=named) | Q(facility__isnull=True))
    people = working.distinct().order_by("first_name", "last_name", "username")
    return Choices(list(people), list(teams), absences.away(at))


def _giveable(case: Case) -> Case:
    held = Case.objects.select_for_update(of=("self",)).select_related("team", "queue", "mention")
    current = held.get(pk=case.pk)
    if current.state == State.CLOSED:
        raise Refused("This case is closed. Reopen it first.")
    if current.state not in GIVEABLE:
        raise Refused(REPLY_UNDER_WAY[State(current.state)])
    return current


def _works(person: User, case: Case) -> bool:
    return Reach(person).covers(Permission.WORK_CASES, case.facility_id)


def _nobody_there(case: Case, person: User, absence: Absence, by: User, at: datetime) -> None:
    if case.state == State.SENT:
        raise Refused(f"{called(person)} is away and nobody stands in. Choose somebody else.")
    Case.objects.filter(pk=case.pk).update(owner=None, claimed_at=None, state=State.NEW)
    back = case.team.name if case.team else case.queue.name
    _tell(case, by, at, to="", instead_of=called(person), until=absence.until_at.isoformat(), back=back)


def _tell(case: Case, by: User, at: datetime, **detail: Any) -> None:
    tell(case.pk, CaseEvent.Kind.ASSIGNED, by=by, at=at, **detail)
