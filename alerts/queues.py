"""How a queue works: its targets, hours, hold and who approves. A change counts for every open case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from alerts import clocks, hours, sla, spans, tasks
from alerts.models import Queue, SLAPolicy
from alerts.sla import Calendar, Targets
from hospital import audit


@dataclass(frozen=True)
class Values:
    """All that an admin sets of one queue."""

    name: str
    targets: Targets
    week: hours.Week | None
    hold: timedelta
    approvals_needed: int
    escalate_after: timedelta | None
    approvers: Sequence[User] = ()
    deputies: Sequence[User] = ()

    @classmethod
    def of(cls, queue: Queue) -> "Values":
        return cls(
            name=queue.name,
            targets=clocks.targets_of(queue.policy),
            week=hours.read(queue.policy.hours),
            hold=queue.hold,
            approvals_needed=queue.approvals_needed,
            escalate_after=queue.escalate_after,
            approvers=list(queue.approvers.order_by("pk")),
            deputies=list(queue.deputies.order_by("pk")),
        )

    @property
    def in_words(self) -> dict[str, str]:
        """As the trail keeps it, and as it is told."""
        return {
            "name": self.name,
            "first reply": spans.write(self.targets.first),
            "first reply, slow networks": _span(self.targets.first_if_slow),
            "next reply": spans.write(self.targets.next),
            "closing": spans.write(self.targets.resolve),
            "hours": hours.write(self.week) or "around the clock",
            "hold": spans.write(self.hold),
            "approvals": str(self.approvals_needed),
            "passed on after": _span(self.escalate_after),
            "approvers": ", ".join(each.username for each in self.approvers) or "everyone who approves",
            "deputies": ", ".join(each.username for each in self.deputies) or "everyone who approves",
        }


def changes(queue: Queue, values: Values) -> dict[str, list[str]]:
    """What was and what will be, of all that differs."""
    before, after = Values.of(queue).in_words, values.in_words
    return {what: [before[what], after[what]] for what in after if before[what] != after[what]}


@transaction.atomic
def save(queue: Queue, values: Values, *, by: User, at: datetime) -> dict[str, list[str]]:
    """Put it in force, and owe a counting anew where clocks change."""
    queue = Queue.objects.select_for_update(of=("self",)).select_related("policy").get(pk=queue.pk)
    changed = changes(queue, values)
    if not changed:
        return {}
    is_of_clocks = _clocks_of(Values.of(queue)) != _clocks_of(values)
    queue.policy = _policy(queue, values)
    queue.name, queue.hold = values.name, values.hold
    queue.approvals_needed, queue.escalate_after = values.approvals_needed, values.escalate_after
    queue.save()
    queue.approvers.set(values.approvers)
    queue.deputies.set(values.deputies)
    audit.record("queue.save", f"queue {queue.slug}", by=by, at=at, changes=changed)
    if is_of_clocks:
        clocks.begin_anew(f"Queue {queue.name}", by=by, at=at)
        set_clocks_soon()
    return changed


def set_clocks_soon() -> None:
    transaction.on_commit(partial(tasks.ring, tasks.set_clocks, queue=tasks.BULK))


def preview(values: Values, holidays: Any, at: datetime) -> list[tuple[str, datetime]]:
    """When a case that is opened now would be due, by what it is."""
    calendar = Calendar(clocks.zone(), values.week, holidays)
    owed = [
        ("First reply, on X", sla.first_due_at(at, values.targets, calendar, network="x")),
        (
            "First reply, on Facebook or a review",
            sla.first_due_at(at, values.targets, calendar, network="google"),
        ),
        *(
            (
                f"First reply, level {level}",
                sla.first_due_at(at, values.targets, calendar, level=level, network="x"),
            )
            for level in ("P0", "P1", "P2", "P3")
        ),
        ("Next reply, when its author writes again now", sla.due_at(at, values.targets.next, calendar)),
        ("Closing", sla.due_at(at, values.targets.resolve, calendar)),
    ]
    if values.escalate_after is not None:
        passed_on = sla.due_at(at, values.escalate_after, calendar)
        owed.append(("An approval asked for now is passed on", passed_on))
    return owed


def _policy(queue: Queue, values: Values) -> SLAPolicy:
    """Its own: one that other queues share is left as it is."""
    policy = queue.policy
    if Queue.objects.filter(policy=policy).exclude(pk=queue.pk).exists():
        policy = SLAPolicy(name=f"{queue.name[:60]} ({queue.slug[:15]})")
    policy.first_reply_within, policy.next_reply_within = values.targets.first, values.targets.next
    policy.first_reply_within_slow = values.targets.first_if_slow
    policy.resolve_within, policy.hours = values.targets.resolve, hours.write(values.week)
    policy.save()
    return policy


def _clocks_of(values: Values) -> tuple[Any, ...]:
    return values.targets, values.week


def _span(length: timedelta | None) -> str:
    return "–" if length is None else spans.write(length)
