"""The clock of a case: which runs, when it is due, and counting all of them anew after a change.

Of three clocks one runs. The first reply, from when the case was opened (or its post was edited into
something graver); the next reply, from when the author wrote after ours; else the closing. While the author
is waited for none runs. `due_at` of the case is that of the clock that runs.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils import timezone

from alerts import hours, sla
from alerts.models import Case, ClockRun, Holiday, Queue, SLAPolicy
from alerts.models.case import CaseQuerySet
from alerts.sla import Calendar, Targets
from alerts.story import ring
from listening.models import Mention

logger = logging.getLogger(__name__)

CHUNK = 500
SET_DUE = """
    UPDATE alerts_case SET due_at = anew.due_at
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS anew (id, due_at)
    WHERE alerts_case.id = anew.id
"""


class Clock(StrEnum):
    FIRST = "first reply"
    NEXT = "next reply"
    RESOLVE = "closing"
    PAUSED = "paused"
    DONE = "done"


def running(case: Case) -> Clock:
    if case.state == Case.State.CLOSED:
        return Clock.DONE
    if case.state == Case.State.WAITING:
        return Clock.PAUSED
    if case.first_replied_at is None:
        return Clock.FIRST
    return Clock.NEXT if case.asked_again_at else Clock.RESOLVE


@dataclass(frozen=True)
class Calendars:
    """The hours of every queue and facility; the holidays are read once."""

    zone: ZoneInfo
    everywhere: frozenset[date]
    by_facility: dict[int, frozenset[date]]

    @classmethod
    def load(cls) -> "Calendars":
        days: dict[int | None, set[date]] = {}
        for facility_id, day in Holiday.objects.values_list("facility_id", "day"):
            days.setdefault(facility_id, set()).add(day)
        everywhere = frozenset(days.pop(None, set()))
        named = {pk: everywhere | own for pk, own in days.items() if pk is not None}
        return cls(zone(), everywhere, named)

    def of(self, policy: SLAPolicy, facility_id: int | None) -> Calendar:
        try:
            week = hours.read(policy.hours)
        except hours.BadHours:
            # Every hour counting is the mistake that makes nobody wait longer.
            logger.error("the hours of SLA policy %s cannot be read: every hour counts", policy.pk)
            week = None
        if week is None:
            return Calendar(self.zone)
        return Calendar(self.zone, week, self.by_facility.get(facility_id or 0, self.everywhere))


def zone() -> ZoneInfo:
    return ZoneInfo(timezone.get_default_timezone_name())


def targets_of(policy: SLAPolicy) -> Targets:
    return Targets(
        first=policy.first_reply_within,
        next=policy.next_reply_within,
        resolve=policy.resolve_within,
        first_if_slow=policy.first_reply_within_slow,
    )


def first_due_at(
    queue: Queue, mention: Mention, at: datetime, calendars: Calendars | None = None
) -> datetime:
    """By when a first reply is owed, of a case that comes to this queue now."""
    calendar = (calendars or Calendars.load()).of(queue.policy, mention.facility_id)
    return sla.first_due_at(
        at, targets_of(queue.policy), calendar, level=mention.level, network=mention.network
    )


def due_at(case: Case, calendars: Calendars) -> datetime:
    """Of the clock that runs. What the privacy officer owes is set by the answer, and stays."""
    policy, calendar = case.queue.policy, calendars.of(case.queue.policy, case.facility_id)
    began = case.clock_from or case.opened_at
    clock = running(case)
    if clock is Clock.DONE or case.staff_answer == Case.Answer.PRIVACY:
        return case.due_at
    if clock is Clock.FIRST:
        mention = case.mention
        return sla.first_due_at(
            began, targets_of(policy), calendar, level=mention.level, network=mention.network
        )
    if clock is Clock.NEXT and case.asked_again_at:
        return sla.due_at(case.asked_again_at, policy.next_reply_within, calendar)
    return sla.due_at(began, policy.resolve_within + case.paused_for, calendar)


def reset(case_id: int) -> None:
    """Set `due_at` for the clock that now runs, in the transaction of the step that changed it."""
    case = _with_all(Case.objects.filter(pk=case_id)).get()
    Case.objects.filter(pk=case_id).update(due_at=due_at(case, Calendars.load()))


def tighten(case: Case, mention: Mention, now: datetime) -> bool:
    """What became graver is owed sooner, counted from now; nothing is ever owed later by it."""
    if running(case) is not Clock.FIRST:
        return False
    due = first_due_at(case.queue, mention, now)
    sooner = Case.objects.filter(pk=case.pk, due_at__gt=due)
    return bool(sooner.update(due_at=due, clock_from=now))


def begin_anew(why: str, *, by: AbstractBaseUser | None, at: datetime) -> ClockRun:
    """Owe a counting anew of every open case, in the transaction of the change. An unfinished one ends."""
    ClockRun.objects.filter(finished_at__isnull=True).update(finished_at=at, is_overtaken=True)
    return ClockRun.objects.create(
        at=at, by_id=by.pk if by else None, why=why[:120], total=Case.objects.open().count()
    )


@transaction.atomic
def work(now: datetime) -> bool:
    """Count the next chunk anew; whether there is more to do. False too while somebody else does it."""
    run = ClockRun.objects.select_for_update(skip_locked=True).filter(finished_at__isnull=True).first()
    if run is None:
        return False
    held = Case.objects.open().select_for_update(of=("self",)).filter(pk__gt=run.cursor).order_by("pk")
    cases = list(_with_all(held)[:CHUNK])
    changed = _set_anew(cases)
    run.done, run.changed = run.done + len(cases), run.changed + len(changed)
    run.cursor = cases[-1].pk if cases else run.cursor
    run.finished_at = now if len(cases) < CHUNK else None
    run.save(update_fields=["done", "changed", "cursor", "finished_at"])
    ring(changed)
    return run.finished_at is None


def _set_anew(cases: Iterable[Case]) -> list[int]:
    calendars = Calendars.load()
    due = {case.pk: (case.due_at, due_at(case, calendars)) for case in cases}
    moved = {pk: after for pk, (before, after) in due.items() if before != after}
    with connection.cursor() as cursor:
        # One statement for a chunk: a CASE of five hundred branches takes seconds to write.
        cursor.execute(SET_DUE, [list(moved), list(moved.values())])
    return list(moved)


def _with_all(cases: CaseQuerySet) -> CaseQuerySet:
    related = cases.select_related("queue__policy", "mention")
    return related.defer("mention__text", "mention__title", "mention__reasons")
