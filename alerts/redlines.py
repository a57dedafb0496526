"""An approver changes a reply that waits, instead of sending it back for one word.

Four eyes stay on every word. Whoever changed the text has written some of it, and cannot approve it alone.
Then either of two things makes it leave:

- another approver, who wrote none of it, approves the changed text;
- its writer accepts the change. The editor has read what the writer wrote, and the writer what the editor
  wrote: two people have seen every word, and the editor's is the approval. Where a queue asks for two
  approvals this is one of them.

The change goes through the gate before it is kept. What was approved or let through before counts for
nothing: it was another text.
"""

import difflib
import re
from collections.abc import Collection, Iterator
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from alerts import approvals, gatekeeping, replies
from alerts.models import CaseEvent, Redline, Reply
from alerts.refusals import Refused
from alerts.story import tell
from hospital import audit

Kind = CaseEvent.Kind
KEPT, TAKEN, PUT = "same", "del", "ins"
WORDS = re.compile(r"\s+|[^\W_]+(?:['’-][^\W_]+)*|.", re.DOTALL)
NOT_THE_SAME = "The reply was changed again after you opened it. Read it once more."


@transaction.atomic
def change(
    reply: Reply, *, by: User, text_seen: str, text: str, at: datetime, ticked: Collection[str] = ()
) -> Redline:
    """Keep an approver's wording; it waits for the second pair of eyes."""
    current = replies.lock(reply)
    if current.state != Reply.State.AWAITING:
        raise Refused("This reply no longer waits for approval.")
    if current.author_id == by.pk:
        raise Refused("You wrote this reply. Take it back to change it.")
    if not approvals.may_approve(by, current):
        raise Refused(replies.NOT_YOUR_TURN.format(who=approvals.whose_turn(current)))
    before, after = current.text, replies.clean(text)
    if replies.clean(text_seen) != before:
        raise Refused(replies.TEXT_CHANGED)
    if after == before:
        raise Refused("Nothing was changed. Approve it as it is, or change a word.")
    current.text = after
    replies.check_sendable(current)
    record = _checked(current, ticked)
    replies.put(current, text=after, gate=record, **replies.NO_OVERRIDE)
    approvals.withdraw(current)
    line = Redline.objects.create(reply=current, by=by, at=at, before=before, after=after)
    tell(current.case_id, Kind.REDLINED, by=by, at=at, reply=current.pk, redline=line.pk, check=record)
    audit.record(
        "reply.change",
        f"reply {current.pk}",
        by=by,
        at=at,
        text_sha256=replies.text_hash(after),
        check=record,
    )
    return line


@transaction.atomic
def accept(reply: Reply, *, by: User, text_seen: str, at: datetime) -> None:
    """The writer has read what was changed: now two people have seen every word."""
    current = replies.lock(reply)
    line = latest(current)
    if current.state != Reply.State.AWAITING or line is None or line.is_accepted:
        raise Refused("No change of this reply waits to be accepted.")
    if current.author_id != by.pk:
        raise Refused("Only whoever wrote the reply can accept a change of it.")
    if replies.clean(text_seen) != current.text or line.after != current.text:
        raise Refused(NOT_THE_SAME)
    if not approvals.may_approve(line.by, current):
        raise Refused("Whoever changed it may no longer approve replies. Another approver has to read it.")
    Redline.objects.filter(pk=line.pk).update(is_accepted=True)
    tell(current.case_id, Kind.ACCEPTED, by=by, at=at, reply=current.pk, redline=line.pk)
    ticked = current.gate.get("ticked", ()) if isinstance(current.gate, dict) else ()
    replies.count_approval(current, by=line.by, at=at, ticked=ticked, accepted_by=by.pk)


def latest(reply: Reply) -> Redline | None:
    """The last change of what waits now; none of what was said before it was sent in."""
    changed = reply.redlines.select_related("by").filter(at__gte=reply.submitted_at or reply.created_at)
    return changed.order_by("-pk").first()


def difference(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Word by word: what stayed, was taken out, was put in, in the order in which it is read."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for what, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if what == "equal":
            yield KEPT, "".join(old[old_from:old_to])
            continue
        if old_to > old_from:
            yield TAKEN, "".join(old[old_from:old_to])
        if new_to > new_from:
            yield PUT, "".join(new[new_from:new_to])


def _checked(reply: Reply, ticked: Collection[str]) -> dict[str, object]:
    """What the gate says of the new wording. Its doubts are ticked by whoever wrote it."""
    said = gatekeeping.verdict_or_refusal(reply.case.mention, reply.text)
    if said.is_blocked:
        raise Refused(gatekeeping.BLOCKED.format(why=said.worst.why))
    kept = {each.rule for each in said.to_tick} & set(ticked)
    if {each.rule for each in said.to_tick} - kept:
        raise Refused(gatekeeping.NOT_TICKED)
    return gatekeeping.on_record(said, ticked=kept)
