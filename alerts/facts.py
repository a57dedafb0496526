"""Facts that may be told to anybody. An approver puts each in; it ends on a day."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction

from alerts import expired, gatekeeping
from alerts.craft import slots
from alerts.models import ApprovedFact
from alerts.refusals import Refused
from hospital import audit
from hospital.models import Facility
from listening import wording

LONGEST = 500
EXPIRED = "This fact ended on {day:%d %B %Y}. Have it approved anew, then insert it."
ENDED = "It ends before it begins: choose today or a later day."


@dataclass(frozen=True)
class Draft:
    text: str
    topic: str
    owner: str
    valid_until: date
    facility: Facility | None = None


@transaction.atomic
def save(kept: ApprovedFact | None, draft: Draft, *, by: User, at: datetime) -> ApprovedFact:
    """Whoever saves it approves it: with its words as they now are."""
    text, topic, owner = (
        " ".join(wording.storable(each).split()) for each in (draft.text, draft.topic, draft.owner)
    )
    _check(text, topic, owner, draft.valid_until, at)
    values = {
        "text": text,
        "topic": topic,
        "owner": owner,
        "facility": draft.facility,
        "approved_by": by,
        "approved_at": at,
        "valid_until": draft.valid_until,
    }
    action = "fact.approve" if kept is None else "fact.change"
    if kept is None:
        kept = ApprovedFact.objects.create(**values)
    elif not ApprovedFact.objects.filter(pk=kept.pk).update(**values):
        raise Refused("This fact is not there any more.")
    until = draft.valid_until.isoformat()
    told = {"text": text, "topic": topic, "owner": owner, "valid_until": until}
    audit.record(action, f"fact {kept.pk}", by=by, at=at, **told)
    return kept


@transaction.atomic
def remove(kept: ApprovedFact, *, by: User, at: datetime) -> None:
    audit.record("fact.remove", f"fact {kept.pk}", by=by, at=at, text=kept.text)
    ApprovedFact.objects.filter(pk=kept.pk).delete()


def for_facility(facility_id: int | None, at: datetime) -> list[ApprovedFact]:
    """What may be inserted now into a reply about this facility."""
    here = frozenset() if facility_id is None else frozenset({facility_id})
    return list(ApprovedFact.objects.within(here).valid_on(expired.today(at)).select_related("facility"))


def ready(fact: ApprovedFact, at: datetime) -> str:
    if fact.valid_until < expired.today(at):
        raise Refused(EXPIRED.format(day=fact.valid_until))
    return fact.text


def _check(text: str, topic: str, owner: str, until: date, at: datetime) -> None:
    if not (text and topic and owner):
        raise Refused("Say what the fact is, what it is about, and who keeps it true.")
    if len(text) > LONGEST:
        raise Refused(f"A fact has at most {LONGEST} characters.")
    if slots.is_open(text):
        raise Refused("A fact is told as it stands: it has no part in brackets to fill in.")
    if until < expired.today(at):
        raise Refused(ENDED)
    why = gatekeeping.why_never(text)
    if why:
        raise Refused(why)
