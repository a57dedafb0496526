"""A reply from draft to outbox. Two people see every word: whoever wrote any of it cannot approve it.

An approval holds for one exact text, and for one wording of the post that it answers.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from alerts import approvals, collisions, gatekeeping, presence
from alerts.collisions import NOTHING_SEEN, Seen
from alerts.craft import lengths, slots
from alerts.models import Case, CaseEvent, Reply
from alerts.models.case import AT_WORK
from alerts.refusals import Refused
from alerts.story import tell
from alerts.ways import way_for
from hospital import audit
from hospital.access import Permission, Reach

AT_ONCE_QUEUES = frozenset({"emergency", "self-harm"})
LONGEST_DRAFT = 10_000

State = Reply.State
Kind = CaseEvent.Kind
WROTE = [Kind.DRAFTED, Kind.REDLINED]
WRITABLE = [State.DRAFT, State.RETURNED]

POST_CHANGED = "The author changed the post since this reply was written. Read the post again first."
POST_GONE = "The post has been removed at its source, so there is nothing to answer."
STAFF_VOICE = "What a member of staff says is not answered in public."
NO_OVERRIDE: dict[str, Any] = {
    "override_by": None,
    "override_at": None,
    "override_reason": "",
    "override_hash": "",
}
NOT_YOUR_TURN = "In this queue {who} approves. It passes to others when it has waited too long."
APPROVED_ALREADY = "You approved it already. Another approver has to read it too."
TEXT_CHANGED = "The reply was changed after you opened it. Read it again, then approve."


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def save_draft(case: Case, *, text: str, post_seen: str, by: User, at: datetime) -> Reply:
    """Keep what was typed, with the wording of the post that its writer had before them."""
    current = _case_of_mine(case, by)
    text = clean(text)
    if len(text) > LONGEST_DRAFT:
        raise Refused(f"No network takes more than {LONGEST_DRAFT} characters. Shorten it, then it is saved.")
    draft = Reply.objects.filter(case=current, state__in=WRITABLE).first()
    if draft is None:
        draft = Reply(case=current)
    draft.text, draft.author, draft.mention_hash = text, by, post_seen
    draft.save()
    _say_once_who_wrote(draft, by, at)
    if current.state in (Case.State.CLAIMED, Case.State.REOPENED):
        Case.objects.filter(pk=current.pk).update(state=Case.State.DRAFTING)
    return draft


@transaction.atomic
def submit(
    reply: Reply, *, by: User, at: datetime, asks_override: bool = False, seen: Seen = NOTHING_SEEN
) -> None:
    """Send it for approval. What the check stops goes on only to ask the privacy officer."""
    current = lock(reply)
    _case_of_mine(current.case, by)
    if current.state not in WRITABLE:
        raise Refused("This reply has been sent for approval already.")
    check_sendable(current)
    collisions.check(current.case, by=by, seen=seen, at=at)
    said = gatekeeping.verdict_or_refusal(current.case.mention, current.text)
    if said.is_blocked and not asks_override:
        raise Refused(gatekeeping.BLOCKED.format(why=said.worst.why))
    record = gatekeeping.on_record(said)
    put(
        current,
        state=State.AWAITING,
        author=by,
        submitted_at=at,
        escalated_at=None,
        return_reason="",
        public_seen=seen.public,
        thread_hash=gatekeeping.thread_hash(current.case.mention),
        gate=record,
        **NO_OVERRIDE,
    )
    approvals.withdraw(current)
    _case_state(current, Case.State.AWAITING_APPROVAL)
    presence.stop_writing(current.case, by=by)
    tell(current.case_id, Kind.SUBMITTED, by=by, at=at, reply=current.pk, check=record)


@transaction.atomic
def override(reply: Reply, *, by: User, text_seen: str, reason: str, at: datetime) -> None:
    """Let a text through that the check stops: a second person, with a reason, for this exact text."""
    reason = reason.strip()[:500]
    if not reason:
        raise Refused("Say why this may be published although the check stops it.")
    current = lock(reply)
    if current.state != State.AWAITING:
        raise Refused("This reply no longer waits for approval.")
    if has_written(current, by):
        raise Refused("You wrote some of this reply. Another person must decide.")
    seen = text_hash(clean(text_seen))
    if seen != text_hash(current.text):
        raise Refused(TEXT_CHANGED)
    said = gatekeeping.verdict_or_refusal(current.case.mention, current.text)
    if not said.is_blocked:
        raise Refused("The check does not stop this text. It needs no one to let it through.")
    put(current, override_by=by, override_at=at, override_reason=reason, override_hash=seen)
    rules = gatekeeping.on_record(said)["blocks"]
    tell(current.case_id, Kind.OVERRIDDEN, by=by, at=at, reply=current.pk, reason=reason, rules=rules)
    audit.record(
        "reply.override", f"reply {current.pk}", by=by, at=at, reason=reason, rules=rules, text_sha256=seen
    )


@transaction.atomic
def approve(
    reply: Reply,
    *,
    by: User,
    text_seen: str,
    at: datetime,
    ticked: Collection[str] = (),
    at_once: bool = False,
    seen: Seen = NOTHING_SEEN,
) -> None:
    """Approve the exact text that was seen; it leaves after the hold, in an emergency at once, or by hand."""
    current = lock(reply)
    if current.state != State.AWAITING:
        raise Refused("This reply no longer waits for approval.")
    if has_written(current, by):
        raise Refused("You wrote some of this reply. Another person must approve it.")
    if not approvals.may_approve(by, current):
        raise Refused(NOT_YOUR_TURN.format(who=approvals.whose_turn(current)))
    if text_hash(clean(text_seen)) != text_hash(current.text):
        raise Refused(TEXT_CHANGED)
    if at_once and not may_send_at_once(current, by):
        raise Refused("Only an answer to an emergency leaves at once.")
    if current.approvals.filter(by=by, text_hash=text_hash(current.text)).exists():
        raise Refused(APPROVED_ALREADY)
    collisions.check(current.case, by=by, seen=seen, at=at)
    put(current, public_seen=seen.public)
    count_approval(current, by=by, at=at, ticked=ticked, at_once=at_once)


def count_approval(
    reply: Reply,
    *,
    by: User,
    at: datetime,
    ticked: Collection[str],
    at_once: bool = False,
    **told: Any,
) -> None:
    """One more approval of the text as it stands, by a caller who holds the lock. With the last it leaves."""
    _check_post(reply)
    approved_hash = text_hash(reply.text)
    record = _checked(reply, approved_hash, ticked)
    given, needed = (
        approvals.give(reply, by=by, text_hash=approved_hash, at=at),
        reply.case.queue.approvals_needed,
    )
    proof = {"text_sha256": approved_hash, "check": record, **told}
    if given < needed:
        proof |= {"number": given, "of": needed}
        put(reply, gate=record)
    else:
        _hold(reply, by, at, record, timedelta(0) if at_once else reply.case.queue.hold)
    if record["ticked"]:
        tell(reply.case_id, Kind.TICKED, by=by, at=at, reply=reply.pk, rules=record["ticked"])
    tell(reply.case_id, Kind.APPROVED, by=by, at=at, reply=reply.pk, at_once=at_once, **proof)
    audit.record("reply.approve", f"reply {reply.pk}", by=by, at=at, at_once=at_once, **proof)


def _hold(reply: Reply, by: User, at: datetime, record: dict[str, Any], hold: timedelta) -> None:
    by_hand = not way_for(reply.case.mention).can_send
    put(
        reply,
        state=State.TO_POST if by_hand else State.QUEUED,
        readings=0,
        approved_by=by,
        approved_at=at,
        approved_hash=text_hash(reply.text),
        send_after=None if by_hand else at + hold,
        attempts=0,
        error="",
        gate=record,
    )
    _case_state(reply, Case.State.TO_POST if by_hand else Case.State.HELD)


def may_send_at_once(reply: Reply, person: User) -> bool:
    """Without the hold: only where a life may hang on it, and by those who are trusted with it."""
    is_emergency = reply.case.queue.slug in AT_ONCE_QUEUES
    return is_emergency and Reach(person).covers(Permission.SEND_AT_ONCE, reply.case.facility_id)


def _checked(reply: Reply, approved_hash: str, ticked: Collection[str]) -> dict[str, Any]:
    """What the check says now, for the record; refuses where that does not let the text leave."""
    said = gatekeeping.verdict_or_refusal(reply.case.mention, reply.text)
    kept = {each.rule for each in said.to_tick} & set(ticked)
    why_not = gatekeeping.objection(reply, said, ticked=kept, text_hash=approved_hash)
    if why_not:
        raise Refused(why_not)
    return gatekeeping.on_record(said, ticked=kept)


@transaction.atomic
def send_back(reply: Reply, *, by: User, reason: str, at: datetime) -> None:
    reason = reason.strip()[:500]
    if not reason:
        raise Refused("Say what should change, so that the writer knows.")
    current = lock(reply)
    if current.state != State.AWAITING:
        raise Refused("This reply no longer waits for approval.")
    put(current, state=State.RETURNED, return_reason=reason, **NO_OVERRIDE)
    approvals.withdraw(current)
    _case_state(current, Case.State.DRAFTING)
    tell(current.case_id, Kind.RETURNED, by=by, at=at, reply=current.pk, reason=reason)


@transaction.atomic
def cancel(reply: Reply, *, by: User, at: datetime) -> None:
    """Take it back before it leaves; it is a draft again and needs a new approval."""
    current = lock(reply)
    if current.state not in (State.AWAITING, State.QUEUED, State.TO_POST):
        raise Refused("Too late: this reply has left already.")
    take_back(current, at=at, by=by, reason="")
    audit.record("reply.cancel", f"reply {current.pk}", by=by, at=at)


def take_back(reply: Reply, *, at: datetime, by: User | None, reason: str) -> None:
    """Void the approval, inside the transaction of the caller, who holds the lock."""
    state = State.RETURNED if reason else State.DRAFT
    put(
        reply,
        state=state,
        return_reason=reason,
        approved_by=None,
        approved_at=None,
        approved_hash="",
        send_after=None,
        **NO_OVERRIDE,
    )
    approvals.withdraw(reply)
    _case_state(reply, Case.State.DRAFTING)
    tell(reply.case_id, Kind.RETURNED, by=by, at=at, reply=reply.pk, reason=reason, taken_back=not reason)


def has_written(reply: Reply, person: User) -> bool:
    """Whether any word of it may be theirs, whoever sent it for approval in the end."""
    if reply.author_id == person.pk:
        return True
    wrote = CaseEvent.objects.filter(case_id=reply.case_id, kind__in=WROTE, actor=person)
    return wrote.filter(detail__reply=reply.pk).exists()


def _case_of_mine(case: Case, by: User) -> Case:
    locked = Case.objects.select_for_update(of=("self",))
    current = locked.select_related("owner", "queue", "mention").get(pk=case.pk)
    if current.is_staff_voice:
        raise Refused(STAFF_VOICE)
    if current.state == Case.State.CLOSED:
        raise Refused("This case has been closed. Your text was not saved.")
    if current.owner is None:
        raise Refused("Nobody has this case. Claim it, then write.")
    if current.owner != by:
        who = current.owner.get_full_name() or current.owner.username
        raise Refused(f"{who} has this case now. Your text was not saved; copy it if you need it.")
    if current.state not in AT_WORK:
        raise Refused("A reply to this case is on its way already.")
    return current


def lock_case(case_id: int) -> None:
    """Before its reply, in every verb and in the outbox: two orders would be a deadlock."""
    Case.objects.select_for_update(of=("self",)).values_list("pk").get(pk=case_id)


def lock(reply: Reply) -> Reply:
    lock_case(reply.case_id)
    found = Reply.objects.select_for_update(of=("self",)).select_related(
        "case__mention__source", "case__queue", "override_by", "author"
    )
    return found.get(pk=reply.pk)


def _check_post(reply: Reply) -> None:
    mention = reply.case.mention
    if reply.case.is_staff_voice:
        raise Refused(STAFF_VOICE)
    if mention.is_gone:
        raise Refused(POST_GONE)
    if reply.mention_hash != mention.content_hash:
        raise Refused(POST_CHANGED)
    if reply.state == State.AWAITING and gatekeeping.has_new_thread(reply):
        raise Refused(gatekeeping.THREAD_CHANGED)


def check_sendable(reply: Reply) -> None:
    """The post is as it was when the reply was written, and its network takes the text."""
    _check_post(reply)
    _check_text(reply)


def _check_text(reply: Reply) -> None:
    way = way_for(reply.case.mention)
    if not reply.text.strip():
        raise Refused("The reply is empty.")
    if slots.is_open(reply.text):
        raise Refused("A part in brackets is still to be written. Write it, or take the brackets out.")
    over = lengths.of(reply.text, reply.case.mention.network) - way.max_characters
    if over > 0:
        raise Refused(f"{over} characters too long for {way.network}, which takes {way.max_characters}.")


def _say_once_who_wrote(reply: Reply, by: User, at: datetime) -> None:
    told = CaseEvent.objects.filter(case_id=reply.case_id, kind=Kind.DRAFTED, actor=by)
    if not told.filter(detail__reply=reply.pk).exists():
        tell(reply.case_id, Kind.DRAFTED, by=by, at=at, reply=reply.pk)


def clean(text: str) -> str:
    # Browsers send CRLF; an approval must hold for what the network will show.
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


def put(reply: Reply, **changes: Any) -> None:
    Reply.objects.filter(pk=reply.pk).update(**changes)


def _case_state(reply: Reply, state: str) -> None:
    Case.objects.filter(pk=reply.case_id).update(state=state)
