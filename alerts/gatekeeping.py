"""The gate, asked about a stored case: with its post, its thread and the contacts that are listed.

Asked when a reply is submitted, approved and at the moment it leaves. Where the gate cannot answer, nothing
leaves; what stops a text is lifted only by a second person with the privacy permission, for that exact text.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from alerts import additions, contacts, gate, statedoubts
from alerts.craft import slots
from alerts.gate import Contacts, GateDown, Reason, Verdict
from alerts.gate.reasons import BLOCK
from alerts.models import Reply
from alerts.refusals import Refused
from hospital.access import Permission, Reach
from hospital.models import Facility, FacilityName
from listening import threads
from listening.models import Mention

DOWN = "The check of replies is not working, so nothing can be published now. Your text is kept."
BLOCKED = "The check stops this text. {why} Say it another way, or ask the privacy officer to decide."
STILL_BLOCKED = "The check stops this text, and nobody with the privacy permission has let it through."
NOT_TICKED = "The check has a doubt about this text. Read each reason and tick it, then approve."
NOT_KEPT = "The check of replies is not working, so nothing can be saved now."
NEVER = "The check stops this text. {why} Say it another way."
STRAY = (
    "This private link was made for another case, or has been taken back.",
    "Take it out, and make a link for this case.",
)
THREAD_CHANGED = "The thread above the post changed since this reply was written. Read it again first."


@dataclass(frozen=True)
class Ground:
    """What the hospital says of itself: read once where one page asks of several texts."""

    contacts: list[str]
    names: list[str]

    @classmethod
    def load(cls) -> "Ground":
        return cls(contacts.listed(), own_names())


def verdict(mention: Mention, text: str, ground: Ground | None = None) -> Verdict:
    """What the gate says, and the desk adds; raises GateDown where it cannot."""
    ground = ground or Ground.load()
    own, others = contacts.links_in(mention, text)
    said = gate.check(
        slots.blanked(text),
        threads.words(mention.title, mention.text),
        thread_of(mention),
        contacts=Contacts.of([*own, *ground.contacts]),
        own_names=ground.names,
    )
    # Where the host is listed, every page of it passes the rules: an author could write into another's case.
    stray = [_stray(text, url) for url in others]
    now = timezone.now()
    added = (*additions.reasons(text, now), *statedoubts.doubts(mention, text, now))
    return Verdict.of([*said.reasons, *added, *stray])


def _stray(text: str, url: str) -> Reason:
    start = text.find(url)
    return Reason("private-link", BLOCK, start, start + len(url), url, *STRAY)


def verdict_or_refusal(mention: Mention, text: str) -> Verdict:
    try:
        return verdict(mention, text)
    except GateDown:
        raise Refused(DOWN) from None


def why_never(text: str) -> str:
    """Why the gate would not let these words out, whatever the post; nothing where it would."""
    listed = contacts.listed()
    filled = slots.blanked(text.replace(slots.PHONE, slots.first_phone(listed)))
    try:
        said = gate.check(filled, contacts=Contacts.of(listed), own_names=own_names())
    except GateDown:
        raise Refused(NOT_KEPT) from None
    return NEVER.format(why=said.worst.why) if said.is_blocked else ""


def thread_of(mention: Mention) -> tuple[str, ...]:
    """Earlier posts of the thread, oldest first, as far as they are stored."""
    key = (mention.source_id, mention.parent_external_id)
    return threads.before([key]).get(key, ()) if mention.parent_external_id else ()


def thread_hash(mention: Mention) -> str:
    said = "\x1e".join(thread_of(mention))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def has_new_thread(reply: Reply) -> bool:
    """One that was sent in before threads were kept has none to differ from."""
    return bool(reply.thread_hash) and reply.thread_hash != thread_hash(reply.case.mention)


def own_names() -> list[str]:
    names = FacilityName.objects.exclude(kind=FacilityName.Kind.LOCATION)
    return [*Facility.objects.values_list("name", flat=True), *names.values_list("name", flat=True)]


def on_record(said: Verdict, *, ticked: Collection[str] = ()) -> dict[str, Any]:
    """What is kept with a reply: never its words."""
    return {
        "policy": gate.POLICY,
        "verdict": said.word,
        "blocks": sorted({each.rule for each in said.reasons if each.is_block}),
        "warns": sorted({each.rule for each in said.reasons if not each.is_block}),
        "ticked": sorted(ticked),
    }


def objection(reply: Reply, said: Verdict, *, ticked: Collection[str], text_hash: str) -> str:
    """Why a verdict does not let this text leave, whoever approved it; nothing where it does."""
    if said.is_blocked and not is_overridden(reply, text_hash):
        return STILL_BLOCKED
    return "" if {each.rule for each in said.to_tick} <= set(ticked) else NOT_TICKED


def is_overridden(reply: Reply, text_hash: str) -> bool:
    """A second person let this exact text through, and may still do so."""
    person = reply.override_by
    if person is None or reply.override_hash != text_hash or person.pk == reply.author_id:
        return False
    return Reach(person).covers(Permission.OVERRIDE_CHECK, reply.case.facility_id)
