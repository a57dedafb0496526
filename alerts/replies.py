"""A reply from draft to outbox. Two people see every word: whoever wrote any of it cannot approve it.

An approval holds for one exact text, and for one wording of the post that it answers.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from alerts import collisions, gatekeeping, presence
from alerts.collisions import NOTHING_SEEN, Seen
from alerts.models import Case, CaseEvent, Reply
from alerts.refusals import Refused
from alerts.story import tell
from alerts.ways import way_for
from hospital import audit

REPLY_HOLD = timedelta(seconds=10)
"""How long an approved reply waits, so that it can be taken back before it leaves."""

LONGEST_DRAFT = 10_000

State = Reply.State
Kind = CaseEvent.Kind
AT_WORK = [Case.State.CLAIMED, Case.State.DRAFTING]
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
TEXT_CHANGED = "The reply was changed after you opened it. Read it again, then approve."


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def save_draft(case: Case, *, text: str, post_seen: str, by: User, at: datetime) -> Reply:
    """Keep what was typed, with the wording of the post that its writer had before them."""
    current = _case_of_mine(case, by)
    text = _clean(text)
    if len(text) > LONGEST_DRAFT:
        raise Refused(f"No network takes more than {LONGEST_DRAFT} characters. Shorten it, then it is saved.")
    draft = Reply.objects.filter(case=current, state__in=WRITABLE).first()
    if draft is None:
        draft = Reply(case=current)
    draft.text, draft.author, draft.mention_hash = text, by, post_seen
    draft.save()
    _say_once_who_wrote(draft, by, at)
    if current.state == Case.State.CLAIMED:
        Case.objects.filter(pk=current.pk).update(state=Case.State.DRAFTING)
    return draft


@transaction.atomic
def submit(
    reply: Reply, *, by: User, at: datetime, asks_override: bool = False, seen: Seen = NOTHING_SEEN
) -> None:
    """Send it for approval. What the check stops goes on only to ask the privacy officer."""
    current = _locked(reply)
    _case_of_mine(current.case, by)
    if current.state not in WRITABLE:
        raise Refused("This reply has been sent for approval already.")
    _check_post(current)
    _check_text(current)
    collisions.check(current.case, by=by, seen=seen, at=at)
    said = gatekeeping.verdict_or_refusal(current.case.mention, current.text)
    if said.is_blocked and not asks_override:
        raise Refused(gatekeeping.BLOCKED.format(why=said.worst.why))
    record = gatekeeping.on_record(said)
    _set(
        current,
        state=State.AWAITING,
        author=by,
        submitted_at=at,
        return_reason="",
        public_seen=seen.public,
        thread_hash=gatekeeping.thread_hash(current.case.mention),
        gate=record,
        **NO_OVERRIDE,
    )
    _case_state(current, Case.State.AWAITING_APPROVAL)
    presence.stop_writing(current.case, by=by)
    tell(current.case_id, Kind.SUBMITTED, by=by, at=at, reply=current.pk, check=record)


@transaction.atomic
def override(reply: Reply, *, by: User, text_seen: str, reason: str, at: datetime) -> None:
    """Let a text through that the check stops: a second person, with a reason, for this exact text."""
    reason = reason.strip()[:500]
    if not reason:
        raise Refused("Say why this may be published although the check stops it.")
    current = _locked(reply)
    if current.state != State.AWAITING:
        raise Refused("This reply no longer waits for approval.")
    if has_written(current, by):
        raise Refused("You wrote some of this reply. Another person must decide.")
    seen = text_hash(_clean(text_seen))
    if seen != text_hash(current.text):
        raise Refused(TEXT_CHANGED)
    said = gatekeeping.verdict_or_refusal(current.case.mention, current.text)
    if not said.is_blocked:
        raise Refused("The check does not stop this text. It needs no one to let it through.")
    _set(current, override_by=by, override_at=at, override_reason=reason, override_hash=seen)
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
    seen: Seen = NOTHING_SEEN,
) -> None:
    """Approve the exact text that was seen; it leaves when the hold has passed, or by a person's hand."""
    current = _locked(reply)
    if current.state != State.AWAITING:
        raise Refused("This reply no longer waits for approval.")
    if has_written(current, by):
        raise Refused("You wrote some of this reply. Another person must approve it.")
    approved_hash = text_hash(current.text)
    if text_hash(_clean(text_seen)) != approved_hash:
        raise Refused(TEXT_CHANGED)
    _check_post(current)
    collisions.check(current.case, by=by, seen=seen, at=at)
    record = _checked(current, approved_hash, ticked)
    leaves, case_state = _way_out(current, at)
    _set(
        current,
        **leaves,
        public_seen=seen.public,
        approved_by=by,
        approved_at=at,
        approved_hash=approved_hash,
        attempts=0,
        error="",
        gate=record,
    )
    _case_state(current, case_state)
    if record["ticked"]:
        tell(current.case_id, Kind.TICKED, by=by, at=at, reply=current.pk, rules=record["ticked"])
    proof = {"text_sha256": approved_hash, "check": record}
    tell(current.case_id, Kind.APPROVED, by=by, at=at, reply=current.pk, **proof)
    audit.record("reply.approve", f"reply {current.pk}", by=by, at=at, **proof)


def _way_out(reply: Reply, at: datetime) -> tuple[dict[str, Any], str]:
    """How it leaves once it is approved, and what its case then is."""
    if way_for(reply.case.mention).can_send:
        return {"state": State.QUEUED, "send_after": at + REPLY_HOLD, "readings": 0}, Case.State.SENDING
    return {"state": State.TO_POST, "send_after": None}, Case.State.TO_POST


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
    current = _locked(reply)
    if current.state != State.AWAITING:
        raise Refused("This reply no longer waits for approval.")
    _set(current, state=State.RETURNED, return_reason=reason, **NO_OVERRIDE)
    _case_state(current, Case.State.DRAFTING)
    tell(current.case_id, Kind.RETURNED, by=by, at=at, reply=current.pk, reason=reason)


@transaction.atomic
def cancel(reply: Reply, *, by: User, at: datetime) -> None:
    """Take it back before it leaves; it is a draft again and needs a new approval."""
    current = _locked(reply)
    if current.state not in (State.AWAITING, State.QUEUED, State.TO_POST):
        raise Refused("Too late: this reply has left already.")
    take_back(current, at=at, by=by, reason="")
    audit.record("reply.cancel", f"reply {current.pk}", by=by, at=at)


def take_back(reply: Reply, *, at: datetime, by: User | None, reason: str) -> None:
    """Void the approval, inside the transaction of the caller, who holds the lock."""
    state = State.RETURNED if reason else State.DRAFT
    _set(
        reply,
        state=state,
        return_reason=reason,
        approved_by=None,
        approved_at=None,
        approved_hash="",
        send_after=None,
        **NO_OVERRIDE,
    )
    _case_state(reply, Case.State.DRAFTING)
    tell(reply.case_id, Kind.RETURNED, by=by, at=at, reply=reply.pk, reason=reason, taken_back=not reason)


def has_written(reply: Reply, person: User) -> bool:
    """Whether any word of it may be theirs, whoever sent it for approval in the end."""
    if reply.author_id == person.pk:
        return True
    wrote = CaseEvent.objects.filter(case_id=reply.case_id, kind=Kind.DRAFTED, actor=person)
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


def _locked(reply: Reply) -> Reply:
    lock_case(reply.case_id)
    found = Reply.objects.select_for_update(of=("self",)).select_related(
        "case__mention__source", "case__queue", "override_by"
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


def _check_text(reply: Reply) -> None:
    way = way_for(reply.case.mention)
    if not reply.text.strip():
        raise Refused("The reply is empty.")
    if len(reply.text) > way.max_characters:
        over = len(reply.text) - way.max_characters
        raise Refused(f"{over} characters too long for {way.network}, which takes {way.max_characters}.")


def _say_once_who_wrote(reply: Reply, by: User, at: datetime) -> None:
    told = CaseEvent.objects.filter(case_id=reply.case_id, kind=Kind.DRAFTED, actor=by)
    if not told.filter(detail__reply=reply.pk).exists():
        tell(reply.case_id, Kind.DRAFTED, by=by, at=at, reply=reply.pk)


def _clean(text: str) -> str:
    # Browsers send CRLF; an approval must hold for what the network will show.
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


def _set(reply: Reply, **changes: Any) -> None:
    Reply.objects.filter(pk=reply.pk).update(**changes)


def _case_state(reply: Reply, state: str) -> None:
    Case.objects.filter(pk=reply.case_id).update(state=state)
