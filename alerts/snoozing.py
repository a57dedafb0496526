"""Putting a case off until a time. It comes back into the list by itself: the list asks for the time."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from alerts import quieting
from alerts.cases import REPLY_UNDER_WAY
from alerts.models import Case, CaseEvent
from alerts.refusals import Refused
from alerts.story import tell

LONGEST = timedelta(days=7)


@transaction.atomic
def snooze(case: Case, *, until: datetime, by: User, at: datetime) -> None:
    held = Case.objects.select_for_update(of=("self",)).select_related("queue", "mention", "owner")
    current = held.get(pk=case.pk)
    if refusal := objection(current, until=until, by=by, at=at):
        raise Refused(refusal)
    Case.objects.filter(pk=case.pk).update(snoozed_until=until)
    tell(case.pk, CaseEvent.Kind.SNOOZED, by=by, at=at, until=until.isoformat())


def objection(case: Case, *, until: datetime, by: User, at: datetime) -> str:
    if case.state == Case.State.CLOSED:
        return "This case has been closed."
    if case.state in REPLY_UNDER_WAY:
        return REPLY_UNDER_WAY[Case.State(case.state)]
    if case.owner is not None and case.owner != by:
        return f"{case.owner.get_full_name() or case.owner.username} has this case."
    if not at < until <= at + LONGEST:
        return "Choose a time from now on, within a week."
    return quieting.objection(case)


@transaction.atomic
def wake(case: Case, *, by: User, at: datetime) -> None:
    asleep = Case.objects.filter(pk=case.pk, snoozed_until__gt=at)
    if not asleep.update(snoozed_until=None):
        raise Refused("It is back in the list already.")
    tell(case.pk, CaseEvent.Kind.WOKEN, by=by, at=at)
