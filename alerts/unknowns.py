"""Replies of which nobody knows whether they are public: their thread is read back, a few times, ever later.

Found there, one is sent. Not there counts only in a list that is whole, that the account saw which tried to
send it, and late enough that a network which is slow to show what it took has shown it. Whatever is left when
the last reading is over is for a person to say.
"""

from datetime import datetime, timedelta

from django.db.models import F

from alerts import outbox, readback, ways
from alerts.models import Reply
from listening.models import Source
from listening.sources.contract import Sent, SourceError

FIRST_READING = timedelta(seconds=30)
READINGS = 6  # after 30 s, then 1, 2, 4, 8 and 16 minutes apart
SURE_AFTER = timedelta(minutes=10)


def due(now: datetime) -> list[int]:
    waiting = Reply.objects.filter(state=Reply.State.UNKNOWN, read_again_at__lte=now)
    return list(waiting.order_by("read_again_at").values_list("id", flat=True)[:50])


def settle(reply_id: int, now: datetime) -> None:
    """Read the thread of one of them. Safe to call twice, and from two workers at once."""
    reply = _take(reply_id, now)
    if reply is None:
        return
    voice = ways.last_voice(reply)
    try:
        thread = readback.read(reply.case.mention, voice)
    except SourceError:
        return
    if thread is None:
        return
    found = readback.found_in(reply, thread)
    if found is not None:
        outbox.settle_sent(reply, Sent(found.external_id, found.url), now, was_read_back=True)
    readback.note(reply.case_id, thread, at=now)
    if found is None and thread.is_whole and _is_sure(reply, voice, now):
        outbox.settle_absent(reply, now)


def _is_sure(reply: Reply, voice: Source, now: datetime) -> bool:
    """Whether not to be found means not to be there."""
    is_late = reply.left_at is not None and now - reply.left_at >= SURE_AFTER
    return is_late and readback.is_same_account(reply, voice)


def _take(reply_id: int, now: datetime) -> Reply | None:
    """Claim this reading, and say when the next is due."""
    related = ("voice", "case__mention__source", "case__mention__author")
    reply = Reply.objects.select_related(*related).filter(pk=reply_id, state=Reply.State.UNKNOWN).first()
    if reply is None or reply.read_again_at is None or reply.read_again_at > now:
        return None
    is_last = reply.readings + 1 >= READINGS
    again_at = None if is_last else now + FIRST_READING * 2 ** (reply.readings + 1)
    same = Reply.objects.filter(pk=reply.pk, state=Reply.State.UNKNOWN, read_again_at=reply.read_again_at)
    return reply if same.update(readings=F("readings") + 1, read_again_at=again_at) else None
