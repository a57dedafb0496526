"""Approved replies on their way out, at most once.

`sending` is committed before anything leaves. Then exactly one of these is written:

- the network took it: sent;
- the network said not now, and took nothing: queued again, for later;
- the network said no: failed, with the sentence;
- no answer came, or the worker died: unknown, until its thread was read back or a person has looked.

Before any of this the thread is read where the network lets us: an answer of ours that is public there, and
that its people have not had before them, sends the reply back to them.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q

from alerts import approvals, changes, clocks, collisions, gatekeeping, readback, replies
from alerts.gate import GateDown
from alerts.models import Case, CaseEvent, ChangeLink, Reply
from alerts.refusals import Refused
from alerts.story import tell
from alerts.ways import last_voice, may_speak, next_voice, way_for
from hospital import audit
from listening import connections
from listening.models import Source
from listening.sources import adapter_for
from listening.sources.contract import (
    BadPayload,
    RateLimited,
    SendUnknown,
    Sent,
    SourceError,
    Unavailable,
)

LEASE = timedelta(seconds=60)
TRIES = 8
GATE_WAIT = timedelta(minutes=1)
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)

State = Reply.State
Kind = CaseEvent.Kind
NO_ANSWER = "It left, and no answer came back. It may be public: look before anything else."
UNREAD = "What is public there could not be read, and nothing leaves unread."
READ_BACK_AFTER = timedelta(seconds=30)
NO_LONGER_ALLOWED = "Whoever approved it may no longer approve replies. It needs a new approval."


def publish(reply_id: int, now: datetime) -> None:
    """Send one queued reply whose time has come. Safe to call twice, and from two workers at once."""
    readers = read_threads(reply_id, now)
    reply = take(reply_id, now, readers=readers) if readers else None
    if reply is None or reply.voice is None:
        return
    mention, voice = reply.case.mention, reply.voice
    try:
        sent = adapter_for(voice.kind).reply(connections.open(voice), readback.target_of(mention), reply.text)
    except (RateLimited, Unavailable) as error:
        settle_not_now(reply, error, now)
    except (SendUnknown, BadPayload) as error:
        # An answer that cannot be read may follow a reply that was taken.
        settle_unknown(reply, error.message, now)
    except SourceError as error:
        settle_refused(reply, error.message, now)
    else:
        settle_sent(reply, sent, now)


def read_threads(reply_id: int, now: datetime) -> set[int]:
    """Look what is public before anything leaves; without a look nothing does. The sources that looked:
    the one by which it is to leave, and the one by which it left before, if that is another.
    """
    related = Reply.objects.select_related("voice", "case__mention__source", "case__mention__author")
    reply = related.filter(pk=reply_id, state=State.QUEUED).first()
    if reply is None or not _is_time(reply, now):
        return set()
    voices = {voice.pk: voice for voice in (last_voice(reply), next_voice(reply))}
    try:
        is_absent = all(_is_absent(reply, voice, len(voices), now) for voice in voices.values())
    except SourceError as error:
        hold_unread(reply, error, now)
        return set()
    return set(voices) if is_absent else set()


def _is_absent(reply: Reply, voice: Source, voices: int, now: datetime) -> bool:
    """Whether this source finds no such reply; what else of ours it finds is noted."""
    thread = readback.read(reply.case.mention, voice, seconds=readback.CALL_SECONDS / voices)
    if thread is None:
        return True
    found = readback.found_in(reply, thread)
    if found is not None:
        settle_sent(reply, Sent(found.external_id, found.url), now, was_read_back=True)
    readback.note(reply.case_id, thread, at=now)
    return found is None


@transaction.atomic
def hold_unread(reply: Reply, error: SourceError, now: datetime) -> None:
    """Nothing leaves unread: it waits, and after a number of tries comes back to its writer."""
    tries = reply.readings + 1
    if tries >= TRIES:
        sentence = f"{UNREAD} {error.message} Tried {tries} times."
        settle_refused(reply, sentence, now, from_states=(State.QUEUED,))
        return
    again_at = max(error.retry_at or now, now + wait_before(tries))
    waits = {"send_after": again_at, "readings": tries, "error": f"{UNREAD} {error.message}"[:500]}
    if _settle(reply, from_states=(State.QUEUED,), **waits):
        tell(reply.case_id, Kind.FAILED, by=None, at=now, why=UNREAD, again_at=again_at.isoformat())


def take(reply_id: int, now: datetime, *, readers: Collection[int] | None = None) -> Reply | None:
    """Claim it, and commit the claim before the caller sends; None when it is not to be sent now.

    `readers`: only by one of these sources.
    """
    with transaction.atomic(durable=True):
        reply = locked(reply_id)
        if reply is None or reply.state != State.QUEUED or not _is_time(reply, now):
            return None
        try:
            why_not = objection(reply) or _unsaid(reply)
        except GateDown:
            _wait_for_the_gate(reply, now)
            return None
        if why_not:
            replies.take_back(reply, at=now, by=None, reason=why_not)
            return None
        voice = next_voice(reply)
        if readers is not None and voice.pk not in readers:
            return None  # the sources were changed meanwhile: it is read anew when it is swept
        queued = Reply.objects.filter(pk=reply.pk, state=State.QUEUED, attempts=reply.attempts)
        leaves = {"left_at": now, "lease_until": now + LEASE, "readings": 0}
        spoken = {"voice": voice, "voice_mark": connections.mark(voice)}
        if not queued.update(state=State.SENDING, attempts=F("attempts") + 1, **leaves, **spoken):
            return None
        reply.attempts, reply.left_at, reply.voice = reply.attempts + 1, now, voice
        Case.objects.filter(pk=reply.case_id).update(state=Case.State.SENDING)
        tell(reply.case_id, Kind.SENDING, by=None, at=now, reply=reply.pk, attempt=reply.attempts)
    return reply


@transaction.atomic
def settle_sent(reply: Reply, sent: Sent, now: datetime, *, was_read_back: bool = False) -> None:
    # A lease may have run out meanwhile: the network's word still ends the doubt.
    before = (State.QUEUED, State.UNKNOWN) if was_read_back else (State.SENDING, State.UNKNOWN)
    if _settle(
        reply,
        from_states=before,
        state=State.SENT,
        sent_at=now,
        external_id=sent.external_id,
        url=sent.url,
        error="",
    ):
        _published(reply, by=None, at=now, url=sent.url, was_read_back=was_read_back)
        audit.record("reply.sent", f"reply {reply.pk}", by=None, at=now, external_id=sent.external_id)


@transaction.atomic
def settle_not_now(reply: Reply, error: SourceError, now: datetime) -> None:
    if reply.attempts >= TRIES:
        settle_refused(reply, f"{error.message} Tried {reply.attempts} times.", now)
        return
    again_at = max(error.retry_at or now, now + wait_before(reply.attempts))
    if _settle(reply, state=State.QUEUED, send_after=again_at, error=error.message[:500]):
        Case.objects.filter(pk=reply.case_id).update(state=Case.State.HELD)
        tell(reply.case_id, Kind.FAILED, by=None, at=now, why=error.message, again_at=again_at.isoformat())


@transaction.atomic
def settle_refused(
    reply: Reply, sentence: str, now: datetime, *, from_states: tuple[str, ...] = (State.SENDING,)
) -> None:
    if _settle(reply, from_states=from_states, state=State.FAILED, error=sentence[:500]):
        Case.objects.filter(pk=reply.case_id).update(state=Case.State.DRAFTING)
        tell(reply.case_id, Kind.FAILED, by=None, at=now, reply=reply.pk, why=sentence)


@transaction.atomic
def settle_unknown(reply: Reply, sentence: str, now: datetime) -> None:
    again_at = now + READ_BACK_AFTER if readback.can_read(last_voice(reply)) else None
    changes: dict[str, Any] = {"readings": 0, "read_again_at": again_at, "error": sentence[:500]}
    if _settle(reply, state=State.UNKNOWN, **changes):
        Case.objects.filter(pk=reply.case_id).update(state=Case.State.CHECK)
        tell(reply.case_id, Kind.UNKNOWN, by=None, at=now, reply=reply.pk, why=sentence)


def sweep(now: datetime) -> list[int]:
    """Mark what was being sent when its worker died; the ids of what is due to be sent."""
    lapsed = Reply.objects.filter(state=State.SENDING, lease_until__lte=now)
    for reply in lapsed:
        settle_unknown(reply, NO_ANSWER, now)
    due = Reply.objects.filter(Q(send_after__lte=now) | Q(send_after__isnull=True), state=State.QUEUED)
    return list(due.order_by("send_after").values_list("id", flat=True)[:100])


@transaction.atomic
def settle_absent(reply: Reply, now: datetime) -> None:
    """Its thread was read, whole and late enough, and it is not there: it may leave once more."""
    again = {"state": State.QUEUED, "send_after": now, "read_again_at": None, "readings": 0, "error": ""}
    if _settle(reply, from_states=(State.UNKNOWN,), **again):
        Case.objects.filter(pk=reply.case_id).update(state=Case.State.SENDING)
        tell(reply.case_id, Kind.SENDING, by=None, at=now, reply=reply.pk, again=True)
        audit.record("reply.send_again", f"reply {reply.pk}", by=None, at=now)


@transaction.atomic
def say_it_is_public(reply: Reply, *, by: User, at: datetime) -> None:
    """A person has looked, and it is there."""
    if not _settle(reply, from_states=(State.UNKNOWN,), state=State.SENT, sent_at=at, error=""):
        raise Refused("This has been settled already.")
    _published(reply, by=by, at=at, url="")
    audit.record("reply.found_public", f"reply {reply.pk}", by=by, at=at)


@transaction.atomic
def say_it_is_not_there(reply: Reply, *, by: User, at: datetime) -> None:
    """A person has looked, and it is not there: it may leave once more."""
    if not _settle(reply, from_states=(State.UNKNOWN,), state=State.QUEUED, send_after=at, error=""):
        raise Refused("This has been settled already.")
    Case.objects.filter(pk=reply.case_id).update(state=Case.State.HELD)
    tell(reply.case_id, Kind.SENDING, by=by, at=at, reply=reply.pk, again=True)
    audit.record("reply.send_again", f"reply {reply.pk}", by=by, at=at)


def wait_before(attempts: int) -> timedelta:
    doublings: int = 2 ** min(attempts - 1, 10)
    return min(FIRST_WAIT * doublings, LONGEST_WAIT)


def _settle(reply: Reply, *, from_states: tuple[str, ...] = (State.SENDING,), **changes: Any) -> bool:
    """Write the end of one attempt, unless another attempt or a person has written it since."""
    replies.lock_case(reply.case_id)
    same_attempt = Reply.objects.filter(pk=reply.pk, attempts=reply.attempts, state__in=from_states)
    return bool(same_attempt.update(lease_until=None, **changes))


def _published(reply: Reply, *, by: User | None, at: datetime, url: str, was_read_back: bool = False) -> None:
    found = {"read_back": True} if was_read_back else {}
    tell(reply.case_id, Kind.SENT, by=by, at=at, reply=reply.pk, url=url, **found)
    answered(reply.case_id, by=by, at=at)


def answered(case_id: int, *, by: User | None, at: datetime) -> None:
    """What a public answer means for its case, however it went out."""
    Case.objects.filter(pk=case_id).update(state=Case.State.SENT, asked_again_at=None)
    Case.objects.filter(pk=case_id, first_replied_at__isnull=True).update(first_replied_at=at)
    clocks.reset(case_id)
    changes.note_told(case_id, ChangeLink.How.REPLY, by=by, at=at)


def objection(reply: Reply) -> str:
    """Why an approved reply must not become public after all; raises GateDown where nobody can say."""
    return _objection(reply) or _stopped(reply)


def _objection(reply: Reply) -> str:
    mention = reply.case.mention
    if reply.case.is_staff_voice:
        return replies.STAFF_VOICE
    if mention.is_gone:
        return replies.POST_GONE
    if reply.mention_hash != mention.content_hash:
        return replies.POST_CHANGED
    if collisions.public_count(reply.case_id) > reply.public_seen:
        return collisions.APPEARED
    if replies.text_hash(reply.text) != reply.approved_hash:
        return replies.TEXT_CHANGED
    if not approvals.still_stand(reply):
        return NO_LONGER_ALLOWED
    return ""


def _unsaid(reply: Reply) -> str:
    """Why no source may say it now; what a person posts by hand needs none."""
    mention = reply.case.mention
    return "" if may_speak(next_voice(reply), mention) else way_for(mention).why_not


def _stopped(reply: Reply) -> str:
    """What the gate says at the last moment, by whatever way the reply came here."""
    mention = reply.case.mention
    if gatekeeping.has_new_thread(reply):
        return gatekeeping.THREAD_CHANGED
    said = gatekeeping.verdict(mention, reply.text)
    ticked = reply.gate.get("ticked", ()) if isinstance(reply.gate, dict) else ()
    return gatekeeping.objection(reply, said, ticked=ticked, text_hash=replies.text_hash(reply.text))


def _wait_for_the_gate(reply: Reply, now: datetime) -> None:
    """Nothing leaves unchecked. The approval stands, for when the gate answers again."""
    waiting = Reply.objects.filter(pk=reply.pk, state=State.QUEUED)
    waiting.update(send_after=now + GATE_WAIT, error=gatekeeping.DOWN)


def _is_time(reply: Reply, now: datetime) -> bool:
    return reply.send_after is None or reply.send_after <= now


def locked(reply_id: int) -> Reply | None:
    """With its case locked before it."""
    case_id = Reply.objects.filter(pk=reply_id).values_list("case_id", flat=True).first()
    if case_id is None:
        return None
    replies.lock_case(case_id)
    related = Reply.objects.select_for_update(of=("self",)).select_related(
        "voice", "approved_by", "override_by", "case__queue", "case__mention__source", "case__mention__author"
    )
    return related.filter(pk=reply_id).first()
