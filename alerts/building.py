"""Somebody is still in the building: heard, paged, on the way, spoken to within 15 minutes, thanked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from alerts.models import Case, CaseEvent, SafetyStep
from alerts.refusals import Refused
from alerts.story import tell

QUEUE, LANE = "in-the-building", "in_building"
WITHIN = timedelta(minutes=15)
HEARD, PAGED, ON_THE_WAY, SPOKEN, THANKED = "heard", "paged", "on_the_way", "spoken", "thanked"
STATES = {
    HEARD: "Heard",
    PAGED: "Paged",
    ON_THE_WAY: "On the way",
    SPOKEN: "Spoken to",
    THANKED: "Thanked",
}
ORDER = tuple(STATES)


@dataclass(frozen=True)
class Way:
    """How far it has come, and when each state was reached."""

    times: dict[str, datetime]

    @property
    def state(self) -> str:
        return next(state for state in reversed(ORDER) if state in self.times)

    @property
    def next(self) -> str | None:
        at = ORDER.index(self.state) + 1
        return ORDER[at] if at < len(ORDER) else None

    def left(self, now: datetime) -> timedelta | None:
        """Of the fifteen minutes; None once somebody has spoken to them. Less than nothing is late."""
        return None if SPOKEN in self.times else self.times[HEARD] + WITHIN - now


def is_here(case: Case) -> bool:
    return case.mention.lane == LANE or case.queue.slug == QUEUE


def way(case: Case) -> Way:
    """From the case's rows: heard as it was opened, paged as the first page was written to somebody."""
    steps = {step.key: step.at for step in case.safety_steps.filter(key__in=ORDER)}
    paged = case.notifications.pages().exclude(state="nobody").values_list("created_at", flat=True).first()
    return Way({HEARD: case.opened_at, **({PAGED: paged} if paged else {}), **steps})


@transaction.atomic
def advance(case: Case, *, to: str, by: User, at: datetime) -> None:
    """One state on. What was skipped or done twice is refused, so that the times mean something."""
    locked = Case.objects.select_for_update(of=("self",)).select_related("queue", "mention")
    current = locked.get(pk=case.pk)
    if current.state == Case.State.CLOSED:
        raise Refused("This case is closed. Reopen it first.")
    if not is_here(current):
        raise Refused("This is not about somebody in the building.")
    stands = way(current)
    if to != stands.next:
        now = STATES[stands.state].lower()
        after = f" What comes next is: {STATES[stands.next].lower()}." if stands.next else ""
        raise Refused(f"It stands at “{now}” now.{after}")
    SafetyStep.objects.create(case=current, key=to, by=by, at=at)
    tell(current.pk, CaseEvent.Kind.STEPPED, by=by, at=at, step=to)
