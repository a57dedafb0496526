"""An approved reply that no program can send: a person posts it, and says so.

It counts as our public reply. Only the text that was approved can be recorded, and only while nothing stops
it: the same gate stands here as before the outbox.
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from alerts import collisions, gatekeeping, outbox, replies
from alerts.collisions import Seen
from alerts.gate import GateDown
from alerts.models import Case, CaseEvent, Reply
from alerts.refusals import Refused
from alerts.story import tell
from hospital import audit

STOPPED = "{why} Take the reply back; if it is public already, have it taken down there."
NO_LONGER = "This reply no longer waits to be posted."


@transaction.atomic
def posted(reply: Reply, *, by: User, seen: Seen, at: datetime) -> None:
    """Somebody put the approved text on the network with their own hands."""
    current = outbox.locked(reply.pk)
    if current is None or current.state != Reply.State.TO_POST:
        raise Refused(NO_LONGER)
    why = _objection(current)
    if why:
        raise Refused(STOPPED.format(why=why))
    if collisions.public_count(current.case_id) > seen.public:
        raise Refused(collisions.APPEARED)
    Reply.objects.filter(pk=current.pk, state=Reply.State.TO_POST).update(
        state=Reply.State.SENT, posted_by=by, sent_at=at, error=""
    )
    Case.objects.filter(pk=current.case_id).update(state=Case.State.SENT)
    Case.objects.filter(pk=current.case_id, first_replied_at__isnull=True).update(first_replied_at=at)
    proof = {"text_sha256": replies.text_hash(current.text)}
    tell(current.case_id, CaseEvent.Kind.POSTED, by=by, at=at, reply=current.pk, **proof)
    audit.record("reply.posted_by_hand", f"reply {current.pk}", by=by, at=at, **proof)


def _objection(reply: Reply) -> str:
    try:
        return outbox.objection(reply)
    except GateDown:
        return gatekeeping.DOWN
