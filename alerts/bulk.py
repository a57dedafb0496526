"""One move for many cases at once, and its undoing.

Each case is asked by the same verb as alone, so that what is illegal alone is illegal here: it is listed with
its reason, and the rest goes through. Nothing here writes, approves or sends a reply, or ever will: what is
said in public is said to one person.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, QuerySet

from alerts import assigning, cases, quieting, snoozing, weighing
from alerts.models import BulkMove, Case, CaseEvent, Queue, Reply
from alerts.refusals import Refused
from alerts.story import tell
from hospital import audit
from hospital.absences import called
from hospital.models import Team

LIMIT = 500
UNDO_FOR = timedelta(seconds=10)
ON_ITS_WAY = timedelta(seconds=2)
"""An undo that was pressed in time may take so long to come."""

SO_ALREADY = "It is so already."
Verb = Callable[[Case, User, datetime], object]


@dataclass(frozen=True)
class Move:
    words: str  # what then has been done with each
    verb: Verb


def claiming() -> Move:
    return Move("claimed", lambda case, by, at: cases.claim(case, by=by, at=at))


def giving(to: User | Team) -> Move:
    if isinstance(to, Team):
        return Move(f"given to {to}", lambda case, by, at: assigning.to_team(case, team=to, by=by, at=at))
    words = f"given to {called(to)}"
    return Move(words, lambda case, by, at: assigning.to_person(case, person=to, by=by, at=at))


def moving(queue: Queue) -> Move:
    return Move(f"moved to {queue}", lambda case, by, at: cases.move(case, queue=queue, by=by, at=at))


def weighing_as(key: int) -> Move:
    return Move(
        "set to another severity", lambda case, by, at: weighing.set_severity(case, key=key, by=by, at=at)
    )


def snoozing_until(until: datetime) -> Move:
    return Move("put off", lambda case, by, at: snoozing.snooze(case, until=until, by=by, at=at))


def closing(reason: str) -> Move:
    """Only as needing no reply, with the reason: any other outcome is said of one person at a time."""

    def verb(case: Case, by: User, at: datetime) -> None:
        if refusal := quieting.objection(case):
            raise Refused(refusal)
        cases.close(case, outcome=Case.Outcome.NO_REPLY_NEEDED, note=reason, by=by, at=at)

    return Move("closed", verb)


@transaction.atomic
def apply(found: Iterable[Case], move: Move, *, by: User, at: datetime) -> BulkMove:
    """To as many as it may; none is half done."""
    ids = sorted({case.pk for case in found})
    if not ids:
        raise Refused("Select some cases first.")
    if len(ids) > LIMIT:
        raise Refused(f"That are {len(ids)} cases. Take {LIMIT} at most at once.")
    # Locked in one order, so that two who do this at once wait for each other instead of for ever.
    before = {case.pk: case for case in _locked(ids)}
    refused = {pk: why for pk, case in before.items() if (why := _try(case, move, by, at))}
    after = Case.objects.in_bulk([pk for pk in before if pk not in refused])
    last = _last_events(after)
    changes = {pk: _change(before[pk], case, last.get(pk, 0)) for pk, case in after.items()}
    refused |= {pk: SO_ALREADY for pk, change in changes.items() if not change["now"]}
    made = BulkMove.objects.create(
        at=at,
        by=by,
        words=move.words,
        changes={str(pk): change for pk, change in changes.items() if change["now"]},
        refused={str(pk): why for pk, why in refused.items()},
    )
    done = sorted(map(int, made.changes))
    audit.record("cases.bulk", f"bulk {made.pk}", by=by, at=at, did=move.words, cases=done)
    return made


@transaction.atomic
def undo(made: BulkMove, *, by: User, at: datetime) -> BulkMove:
    """Put back exactly what was changed, where nobody has touched the case since."""
    held = BulkMove.objects.select_for_update().get(pk=made.pk)
    if held.by != by or held.undone_at is not None:
        raise Refused("This has been undone already.")
    if at > held.at + UNDO_FOR + ON_ITS_WAY:
        raise Refused("The ten seconds are over. Change the cases one by one.")
    current = {case.pk: case for case in _locked([int(pk) for pk in held.changes])}
    last = _last_events(current)
    written = set(
        Reply.objects.filter(case__in=current, updated_at__gt=held.at).values_list("case_id", flat=True)
    )
    restored = [
        pk
        for pk, case in current.items()
        if pk not in written and _restore(case, held.changes[str(pk)], last.get(pk, 0), by, at)
    ]
    held.undone_at, held.not_undone = at, len(held.changes) - len(restored)
    held.save(update_fields=["undone_at", "not_undone"])
    audit.record(
        "cases.bulk-undo", f"bulk {held.pk}", by=by, at=at, cases=sorted(restored), kept=held.not_undone
    )
    return held


def _locked(ids: list[int]) -> "QuerySet[Case]":
    held = Case.objects.select_for_update(of=("self",)).select_related("queue", "mention")
    return held.filter(pk__in=ids).order_by("pk")


def _try(case: Case, move: Move, by: User, at: datetime) -> str:
    try:
        with transaction.atomic():
            move.verb(case, by, at)
    except Refused as refusal:
        return str(refusal)
    return ""


def _last_events(found: Mapping[int, Case]) -> dict[int, int]:
    events = CaseEvent.objects.filter(case__in=list(found))
    return dict(events.values_list("case_id").annotate(Max("pk")).order_by())


def _change(was: Case, now: Case, event: int) -> dict[str, Any]:
    before, after = _stored(was), _stored(now)
    other = [name for name in after if before[name] != after[name]]
    return {
        "was": {name: before[name] for name in other},
        "now": {name: after[name] for name in other},
        "event": event,
    }


def _stored(case: Case) -> dict[str, Any]:
    """Every field as text that says it exactly, whichever fields a case has."""
    return {
        field.attname: None if getattr(case, field.attname) is None else field.value_to_string(case)
        for field in Case._meta.concrete_fields
    }


def _restore(case: Case, change: dict[str, Any], last: int, by: User, at: datetime) -> bool:
    stands = _stored(case)
    if last != change["event"] or any(stands[name] != value for name, value in change["now"].items()):
        return False
    fields = {field.attname: field for field in Case._meta.concrete_fields}
    for name, value in change["was"].items():
        setattr(case, name, None if value is None else fields[name].to_python(value))
    case.save(update_fields=list(change["was"]))
    tell(case.pk, CaseEvent.Kind.UNDONE, by=by, at=at)
    return True
