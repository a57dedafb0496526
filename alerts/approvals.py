"""Who approves in a queue, how many of them, and what happens when nobody does.

A queue names its approvers; where it names none, everyone approves who may approve at all. Once a reply has
waited longer than the queue allows, in business time, its deputies may too; where it names none, everybody
who may approve. Naming only says whose turn it is: nobody gets a permission by it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from alerts import clocks, sla
from alerts.models import Approval, Case, CaseEvent, Queue, Reply
from alerts.story import tell
from hospital.access import Permission, Reach

Kind = CaseEvent.Kind


def may_approve(person: User, reply: Reply) -> bool:
    """Whether it is their turn, apart from what they wrote of it themselves."""
    case = reply.case
    if not Reach(person).covers(Permission.APPROVE_REPLIES, case.facility_id):
        return False
    named = approvers_of(case.queue, case.facility_id)
    if not named or person.pk in {each.pk for each in named}:
        return True
    if reply.escalated_at is None:
        return False
    deputies = _able(case.queue.deputies, case.facility_id)
    return not deputies or person.pk in {each.pk for each in deputies}


def whose_turn(reply: Reply) -> str:
    """The names, for whoever has to wait; empty where everyone who approves may."""
    case = reply.case
    people = approvers_of(case.queue, case.facility_id)
    if people and reply.escalated_at:
        deputies = _able(case.queue.deputies, case.facility_id)
        people = [*people, *deputies] if deputies else []
    return ", ".join(dict.fromkeys(each.get_full_name() or each.username for each in people))


def approvers_of(queue: Queue, facility_id: int | None) -> list[User]:
    """Those who are named and may still approve there; a queue must not stand still for who has left."""
    return _able(queue.approvers, facility_id)


def give(reply: Reply, *, by: User, text_hash: str, at: datetime) -> int:
    """Keep one person's approval; how many this text has now."""
    Approval.objects.filter(reply=reply).exclude(text_hash=text_hash).delete()
    Approval.objects.update_or_create(reply=reply, by=by, defaults={"at": at, "text_hash": text_hash})
    return Approval.objects.filter(reply=reply, text_hash=text_hash).count()


def withdraw(reply: Reply) -> None:
    Approval.objects.filter(reply=reply).delete()


def still_stand(reply: Reply) -> bool:
    """Everyone who approved this text may still do so."""
    kept = Approval.objects.filter(reply=reply, text_hash=reply.approved_hash).select_related("by")
    people = [*(each.by for each in kept), *([reply.approved_by] if reply.approved_by else [])]
    facility_id = reply.case.facility_id
    covered = [Reach(person).covers(Permission.APPROVE_REPLIES, facility_id) for person in people]
    return bool(covered) and all(covered)


def sweep(now: datetime) -> int:
    """Pass on what has waited too long; how many replies."""
    waiting = Reply.objects.filter(state=Reply.State.AWAITING, escalated_at__isnull=True)
    waiting = waiting.filter(case__queue__escalate_after__isnull=False, submitted_at__isnull=False)
    calendars = clocks.Calendars.load()
    found = waiting.select_related("case__queue__policy").order_by("pk")[:500]
    return sum(_escalate(reply.pk, now) for reply in found if escalates_at(reply, calendars) <= now)


def escalates_at(reply: Reply, calendars: clocks.Calendars) -> datetime:
    case, began = reply.case, reply.submitted_at or reply.updated_at
    calendar = calendars.of(case.queue.policy, case.facility_id)
    return sla.due_at(began, case.queue.escalate_after or timedelta(0), calendar)


@transaction.atomic
def _escalate(reply_id: int, now: datetime) -> bool:
    case_id = Reply.objects.values_list("case_id", flat=True).get(pk=reply_id)
    case = Case.objects.select_for_update(of=("self",)).select_related("queue").get(pk=case_id)
    waits = Reply.objects.filter(pk=reply_id, state=Reply.State.AWAITING, escalated_at__isnull=True)
    if not waits.update(escalated_at=now):
        return False
    deputies = _able(case.queue.deputies, case.facility_id)
    names = [each.get_full_name() or each.username for each in deputies]
    tell(case_id, Kind.ESCALATED, by=None, at=now, reply=reply_id, to=names)
    return True


def _able(people: Any, facility_id: int | None) -> list[User]:
    active = people.filter(is_active=True).order_by("pk")
    return [each for each in active if Reach(each).covers(Permission.APPROVE_REPLIES, facility_id)]
