"""How a case stands, in the few words that a card of the wall has room for.

The words are pure; what they rest on is read with the case, so that a column of forty asks once. A restricted
case is never among those that are read.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import blake2s
from typing import Any

from django.db.models import Case as Choice
from django.db.models import Exists, JSONField, OuterRef, Q, Subquery, When
from django.db.models.functions import JSONObject

from alerts import building, clocks
from alerts.clocks import Clock
from alerts.models import Case, Notification, SafetyStep, Thanks
from alerts.models.case import CaseQuerySet

State = Case.State
NO_CLOCK = (Clock.DONE, Clock.PAUSED)
UNOWNED = "Unowned"

AT_WORK: dict[str, str] = {
    State.CLAIMED: "{}",
    State.REOPENED: "{}, reopened",
    State.DRAFTING: "{} drafting",
    State.AWAITING_APPROVAL: "{}, for approval",
    State.HELD: "{}, reply leaves soon",
    State.SENDING: "{}, reply leaving",
    State.TO_POST: "{}, to post by hand",
    State.CHECK: "{}, check the network",
    State.WAITING: "{}, waits on the author",
    State.SENT: "{}, answered",
}
HERE: dict[str, str] = {
    building.PAGED: "Paged",
    building.ON_THE_WAY: "{} is on the way",
    building.SPOKEN: "{} spoke to them",
    building.THANKED: "Thanked",
}


@dataclass(frozen=True)
class Standing:
    words: str
    who: str = ""  # initials
    at: datetime | None = None  # when, of what is done
    due_at: datetime | None = None  # None: no clock runs
    is_unowned: bool = False
    is_writing: bool = False

    @property
    def mark(self) -> str:
        """Differs where a card would."""
        moments = [each.isoformat() if each else "" for each in (self.at, self.due_at)]
        return blake2s("|".join([self.words, self.who, *moments]).encode(), digest_size=8).hexdigest()


def of(case: Case) -> Standing:
    """Of a case that was read by `read`."""
    due_at = None if clocks.running(case) in NO_CLOCK else case.due_at
    said = _done(case) or _here(case, due_at)
    if said:
        return said
    if case.owner is None:
        return Standing(UNOWNED, due_at=due_at, is_unowned=True)
    name, who = first_name(case.owner.first_name, case.owner.username), initials(case.owner)
    words = AT_WORK.get(case.state, "{}").format(name)
    return Standing(words, who, due_at=due_at, is_writing=case.state == State.DRAFTING)


def _done(case: Case) -> Standing | None:
    """Praise that reached its people, and what is closed."""
    thanked_at: datetime | None = getattr(case, "thanked_at", None)
    who = initials(case.owner) if case.owner else ""
    if thanked_at:
        return Standing("Passed on", who, at=thanked_at)
    return Standing("Closed", who, at=case.closed_at) if case.state == State.CLOSED else None


def _here(case: Case, due_at: datetime | None) -> Standing | None:
    """How far it has come with somebody who is still in the building."""
    if not building.is_here(case):
        return None
    step: dict[str, Any] = getattr(case, "last_step", None) or {}
    key = step.get("key") or (building.PAGED if getattr(case, "was_paged", False) else "")
    if key == building.PAGED and case.owner is not None:
        key = ""  # whoever has it says more
    if key not in HERE:
        return None
    name = first_name(step.get("first_name", ""), step.get("username", "")) or "Somebody"
    is_open = key in (building.PAGED, building.ON_THE_WAY)
    until = case.opened_at + building.WITHIN if is_open else due_at
    return Standing(HERE[key].format(name), name[:2].upper() if step else "", due_at=until)


def first_name(first: str, username: str) -> str:
    return (first.split() or [username])[0].capitalize()


def initials(user: Any) -> str:
    names = [part for part in (user.first_name, user.last_name) if part]
    return ("".join(part[0] for part in names) if len(names) > 1 else user.username[:2]).upper()


def read(cases: CaseQuerySet) -> CaseQuerySet:
    """With all that `of` needs; what is restricted is left out."""
    return (
        cases.within(None)
        .select_related("owner", "queue", "mention")
        .only(
            *("state", "opened_at", "due_at", "closed_at", "first_replied_at", "asked_again_at", "shown"),
            *("facility_id", "passed_on", "queue__slug", "mention__lane", "mention__wall_seq"),
            *("owner__first_name", "owner__last_name", "owner__username"),
        )
        .annotate(**_asked_beside())
    )


@cache
def _asked_beside() -> dict[str, Choice | Subquery]:
    """Made once: a page of the wall asks this a dozen times, and to make it takes longer than to send it."""
    is_here = Q(mention__lane=building.LANE) | Q(queue__slug=building.QUEUE)
    steps = SafetyStep.objects.filter(case=OuterRef("pk"), key__in=building.ORDER).order_by("-id")
    told = JSONObject(key="key", at="at", first_name="by__first_name", username="by__username")
    pages = Notification.objects.pages().filter(case=OuterRef("pk")).exclude(state=Notification.State.NOBODY)
    thanks = Thanks.objects.passed_on().filter(case=OuterRef("pk")).order_by("-decided_at")
    last_step = Subquery(steps.values(told=told)[:1])
    return {
        "last_step": Choice(When(is_here, then=last_step), default=None, output_field=JSONField()),
        "was_paged": Choice(When(is_here, then=Exists(pages)), default=False),
        "thanked_at": Subquery(thanks.values("decided_at")[:1]),
    }
