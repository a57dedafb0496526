"""The change of shift: what happened since somebody left, what waits, and a note from those who go.

Somebody left when they last did something before a break. Whoever takes over says so once; from then on it is
news to them only what comes after.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from alerts import staffnotes
from alerts.models import Case, CaseEvent, Handover, ShiftNote
from alerts.models.case import CaseQuerySet
from alerts.refusals import Refused
from hospital import audit
from hospital.models import Facility

BREAK = timedelta(hours=3)
"""Who does nothing for so long has left. Shorter breaks are lunch, or a quiet evening."""

UNKNOWN = timedelta(hours=12)
"""For somebody who has done nothing here yet: the shift before."""

LONGEST = timedelta(days=14)
LOOKED_AT = 500
SOON = timedelta(hours=1)
LONGEST_NOTE = 1_000
EMPTY = "Write what the next shift should know."
TOO_LONG = f"A note has {LONGEST_NOTE:,} characters at most. Write the rest on its case."
ALREADY_DOWN = "Somebody has taken this note down already."
ALREADY = "You have taken over already. What stands here came after that."
READ_LONG_AGO = "This page was opened hours ago. Read what stands here now, then take over."
READ_WITHIN = timedelta(hours=2)

Kind = CaseEvent.Kind
MEANS_LITTLE = (Kind.OPENED, Kind.REVEALED, Kind.SEEN, Kind.READ, Kind.TICKED, Kind.DRAFTED)
"""Steps that change nothing for whoever comes next."""


def left_at(acts: Sequence[datetime], accepted_at: datetime | None, now: datetime) -> datetime:
    """When somebody left, from the times of what they did, newest first. Pure."""
    ends = [at for later, at in pairwise([now, *acts]) if later - at >= BREAK]
    left = ends[0] if ends else now - UNKNOWN
    return max(left, accepted_at or left, now - LONGEST)


def since(person: User, now: datetime) -> datetime:
    done = CaseEvent.objects.filter(actor=person, at__gt=now - LONGEST, at__lte=now).order_by("-at")
    last = Handover.objects.filter(person=person, at__lte=now).order_by("-at").values_list("at", flat=True)
    return left_at(list(done.values_list("at", flat=True)[:LOOKED_AT]), last.first(), now)


@dataclass(frozen=True)
class Changes:
    """What one person finds, within their facilities. Each list is of cases, most pressing first."""

    opened: CaseQuerySet
    closed: CaseQuerySet
    changed: CaseQuerySet
    waits: CaseQuerySet


def changes(facility_ids: frozenset[int] | None, person: User, since: datetime, now: datetime) -> Changes:
    cases = Case.objects.within(facility_ids).there()
    by_others = CaseEvent.objects.filter(case=OuterRef("pk"), at__gt=since).exclude(kind__in=MEANS_LITTLE)
    by_others = by_others.filter(Q(actor__isnull=True) | ~Q(actor=person))
    older = cases.open().filter(opened_at__lte=since)
    owed = Q(owner__isnull=True) | Q(due_at__lte=now + SOON) | Q(owner=person)
    return Changes(
        opened=cases.open().filter(opened_at__gt=since).order_by("-priority", "due_at", "id"),
        closed=cases.filter(state=Case.State.CLOSED, closed_at__gt=since).order_by("-closed_at"),
        changed=older.filter(Exists(by_others)).order_by("-priority", "due_at", "id"),
        waits=cases.running().awake(now).filter(owed).order_by("due_at", "id"),
    )


@transaction.atomic
def accept(person: User, *, read_at: datetime, at: datetime) -> Handover:
    """They have read what was there at a moment. On record, so that nothing falls between two shifts."""
    if Handover.objects.filter(person=person, at__gte=read_at).exists():
        raise Refused(ALREADY)
    if not at - READ_WITHIN <= read_at <= at:
        raise Refused(READ_LONG_AGO)
    left = since(person, at)
    notes = list(ShiftNote.objects.pinned(read_at).values_list("pk", flat=True))
    told = {"since": left.isoformat(), "read_at": read_at.isoformat(), "notes": notes}
    audit.record("handover.accept", str(person.pk), by=person, at=at, **told)
    return Handover.objects.create(person=person, since=left, at=read_at)


@transaction.atomic
def pin(*, text: str, facility: Facility | None, by: User, at: datetime) -> ShiftNote:
    """The note itself is not in the trail: it is taken down when it is no longer true."""
    if refusal := objection(text):
        raise Refused(refusal)
    note = ShiftNote.objects.create(text=text.strip(), facility=facility, by=by, at=at)
    audit.record("handover.pin", str(note.pk), by=by, at=at, facility=facility.slug if facility else "")
    return note


@transaction.atomic
def take_down(note: ShiftNote, *, by: User, at: datetime) -> None:
    pinned = ShiftNote.objects.filter(pk=note.pk, taken_down_at__isnull=True)
    if not pinned.update(taken_down_by=by, taken_down_at=at):
        raise Refused(ALREADY_DOWN)
    audit.record("handover.take-down", str(note.pk), by=by, at=at)


def objection(text: str) -> str:
    """Why it cannot be pinned, in a sentence; nothing when it can. Pure."""
    if not text.strip():
        return EMPTY
    return TOO_LONG if len(text.strip()) > LONGEST_NOTE else staffnotes.objection(text, post="")
