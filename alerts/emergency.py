"""The approved text to somebody in danger, sent by one person at once; nothing here sends by itself.

Its approval was given in advance, by a named person, for this exact wording. Everything else that guards a
reply still holds: whoever sends it is not who approved it, the check reads it against this very post, and the
outbox looks again as it leaves.
"""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from alerts import cases, gatekeeping, paging, replies, safetytexts
from alerts.models import Case, CaseEvent, Reply, SafetyStep, SafetyTextVersion
from alerts.models.case import AT_WORK
from alerts.refusals import Refused
from alerts.story import tell
from alerts.ways import way_for
from hospital import audit
from hospital.access import Permission, Reach

SENT_WITHIN = timedelta(minutes=2)
SEEN, POSTED = "seen", "posted"
SET_ASIDE = "Set aside for the approved emergency text. It is kept here."

State = Case.State
Kind = CaseEvent.Kind
NOT_IN_FORCE = "This text is not the one in force here. Reload the case and read the one that is."
OWN_APPROVAL = "You approved this text, so another person must send it. Ask whoever is next to you."
NO_LONGER = "Whoever approved this text may no longer approve replies. It needs a new approval."
DOUBT = "The check has a doubt about this text as an answer to this post. Write the reply yourself."
ON_ITS_WAY = "A reply to this case is on its way already."


@transaction.atomic
def seen(case: Case, *, by: User, at: datetime) -> None:
    """From the moment that a person first has it before them, the clock runs."""
    _, is_first = SafetyStep.objects.get_or_create(case=case, key=SEEN, defaults={"by": by, "at": at})
    if is_first:
        tell(case.pk, Kind.SEEN, by=by, at=at)


@transaction.atomic
def send(case: Case, *, version_id: int, hash_seen: str, by: User, at: datetime) -> Reply:
    """Queue it with no hold, for the exact text that was read; and page the duty desk."""
    current = _taken(case, by, at)
    version = _in_force(current, version_id, hash_seen)
    record = _checked(current, version, by)
    Reply.objects.filter(case=current, state__in=replies.WRITABLE).update(
        state=Reply.State.FAILED, error=SET_ASIDE
    )
    reply = Reply.objects.create(
        case=current,
        author=by,
        text=version.body,
        state=Reply.State.QUEUED,
        mention_hash=current.mention.content_hash,
        thread_hash=gatekeeping.thread_hash(current.mention),
        submitted_at=at,
        approved_by=version.approved_by,
        approved_at=version.approved_at,
        approved_hash=version.body_hash,
        send_after=at,
        gate=record,
    )
    Case.objects.filter(pk=current.pk).update(state=State.SENDING)
    _tell_stated(current, version, by, at, reply=reply.pk)
    paging.page(current.pk, at=at, by=by)
    return reply


@transaction.atomic
def posted_by_hand(case: Case, *, version_id: int, hash_seen: str, by: User, at: datetime) -> None:
    """Where the network takes no answer from here: a person copied the text and says that it is there."""
    current = _taken(case, by, at)
    version = _in_force(current, version_id, hash_seen)
    _, is_first = SafetyStep.objects.get_or_create(case=current, key=POSTED, defaults={"by": by, "at": at})
    if not is_first:
        raise Refused("It was said already that the text is posted.")
    Case.objects.filter(pk=current.pk, first_replied_at__isnull=True).update(first_replied_at=at)
    _tell_stated(current, version, by, at, by_hand=True)
    paging.page(current.pk, at=at, by=by)


def clock(case: Case) -> tuple[datetime | None, datetime | None]:
    """When a person first saw it, and when the text was public."""
    steps = {step.key: step.at for step in case.safety_steps.filter(key__in=[SEEN, POSTED])}
    stated = case.replies.filter(gate__has_key="safety_text", sent_at__isnull=False)
    sent_at = stated.order_by("sent_at").values_list("sent_at", flat=True).first()
    return steps.get(SEEN), min(filter(None, [sent_at, steps.get(POSTED)]), default=None)


def _taken(case: Case, by: User, at: datetime) -> Case:
    """The case in their hands: whoever sends has it, so that two do not."""
    locked = Case.objects.select_for_update(of=("self",)).select_related("owner", "queue", "mention__source")
    current = locked.get(pk=case.pk)
    if current.is_staff_voice:
        raise Refused(replies.STAFF_VOICE)
    if current.mention.is_gone:
        raise Refused(replies.POST_GONE)
    if current.owner is not None and current.owner != by:
        who = current.owner.get_full_name() or current.owner.username
        raise Refused(f"{who} has this case. Take it over first.")
    if current.state == State.NEW:
        cases.claim(current, by=by, at=at)
        return locked.get(pk=case.pk)
    if current.state not in AT_WORK:
        raise Refused("This case is closed." if current.state == State.CLOSED else ON_ITS_WAY)
    return current


def _in_force(case: Case, version_id: int, hash_seen: str) -> SafetyTextVersion:
    for version in safetytexts.for_case(case):
        if version.pk == version_id and version.body_hash == hash_seen == replies.text_hash(version.body):
            return version
    raise Refused(NOT_IN_FORCE)


def _checked(case: Case, version: SafetyTextVersion, by: User) -> dict[str, object]:
    """What is kept with the reply; refuses where it must not leave from here."""
    approver = version.approved_by
    if approver is None or not Reach(approver).covers(Permission.APPROVE_REPLIES, case.facility_id):
        raise Refused(NO_LONGER)
    if approver == by:
        raise Refused(OWN_APPROVAL)
    way = way_for(case.mention)
    if not way.can_send:
        raise Refused(f"{way.why_not} Copy the text and post it there.")
    if len(version.body) > way.max_characters:
        raise Refused(f"It is too long for {way.network}, which takes {way.max_characters}.")
    said = gatekeeping.verdict_or_refusal(case.mention, version.body)
    if said.is_blocked:
        raise Refused(f"The check stops this text as an answer to this post. {said.worst.why}")
    ticked = version.gate.get("ticked", ())
    if not {each.rule for each in said.to_tick} <= set(ticked):
        raise Refused(DOUBT)
    record = gatekeeping.on_record(said, ticked=ticked)
    return {**record, "safety_text": version.pk, "number": version.number}


def _tell_stated(case: Case, version: SafetyTextVersion, by: User, at: datetime, **how: int | bool) -> None:
    proof = {"version": version.pk, "text_sha256": version.body_hash, "approved_by": version.approved_by_id}
    tell(case.pk, Kind.STATED, by=by, at=at, **proof, **how)
    audit.record("safetytext.send", f"case {case.pk}", by=by, at=at, **proof, **how)
