"""What the hospital says to somebody in danger: written once, approved by a second person, sent at once.

No wording is saved without the region's emergency line, and none that the check of replies stops.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q

from alerts import contacts, gate, gatekeeping
from alerts.gate import Contacts, GateDown, Verdict
from alerts.models import Case, SafetyLines, SafetyText, SafetyTextVersion
from alerts.refusals import Refused
from alerts.replies import text_hash
from hospital import audit
from hospital.models import Facility

Kind = SafetyText.Kind
LONGEST = 1_000
TYPICAL: dict[str, tuple[str, ...]] = {
    Kind.EMERGENCY: (
        "my dad has chest pain and can't breathe, nobody picks up the phone, what do we do",
        "mi hijo no puede respirar y nadie contesta, ayuda",
    ),
    Kind.SELF_HARM: ("I want to end it all tonight. I have the pills here.", "ya no quiero vivir"),
}
"""Posts of each kind, all invented, that a wording must be fit to answer."""

STARTERS: tuple[tuple[str, str, str], ...] = (
    (
        Kind.EMERGENCY,
        "en",
        "If you or someone near you may be in danger, call 911 now. Please do not wait for an answer here.",
    ),
    (
        Kind.EMERGENCY,
        "es",
        "Si usted o alguien cerca de usted está en peligro, llame al 911 ahora."
        " Por favor, no espere una respuesta aquí.",
    ),
    (
        Kind.SELF_HARM,
        "en",
        "You matter. If you are thinking of ending your life, call or text 988 now, at any hour. "
        "If there is danger right now, call 911.",
    ),
    (
        Kind.SELF_HARM,
        "es",
        "Usted importa. Llame o envíe un mensaje de texto al 988 ahora, a cualquier hora y en español. "
        "Si hay peligro en este momento, llame al 911.",
    ),
)
CHANGED = "The text was changed after you opened it. Read it again first."


def lines_of(facility_id: int | None) -> SafetyLines:
    """The numbers that hold here: of the facility, else of the hospital, else what Murmur comes with."""
    here = Q(facility__isnull=True) if facility_id is None else Q(facility=facility_id)
    kept = SafetyLines.objects.filter(here | Q(facility__isnull=True))
    return kept.order_by(F("facility").asc(nulls_last=True)).first() or SafetyLines()


def names_line(body: str, number: str) -> bool:
    """Whether it gives this number, and not another that holds it."""
    spaced = r"[ -]?".join(re.escape(part) for part in number.split())
    return bool(re.search(rf"(?<![\w.-]){spaced}(?![\w-])", body))


def objection(body: str, kind: str, lines: SafetyLines) -> str:
    """Why it cannot be kept for this place, in a sentence; nothing when it can."""
    if not body.strip():
        return "The text is empty."
    if len(body) > LONGEST:
        return f"It is longer than {LONGEST} characters. Somebody in danger reads one or two sentences."
    if not names_line(body, lines.emergency):
        return f"It does not name {lines.emergency}, the emergency line here. Without it, it is not kept."
    if kind == Kind.SELF_HARM and not names_line(body, lines.crisis):
        return f"It does not name {lines.crisis}, the crisis line here. Without it, it is not kept."
    return ""


def verdicts(body: str, kind: str) -> list[Verdict]:
    """What the check of replies says of it as an answer to typical posts; raises GateDown where it cannot."""
    listed, own = Contacts.of(contacts.listed()), gatekeeping.own_names()
    return [gate.check(body, post, contacts=listed, own_names=own) for post in TYPICAL[kind]]


def worst(body: str, kind: str) -> Verdict:
    try:
        return max(verdicts(body, kind), key=lambda verdict: verdict.weight)
    except GateDown:
        raise Refused(gatekeeping.DOWN) from None


@transaction.atomic
def save(text: SafetyText, *, body: str, based_on: int, by: User | None, at: datetime) -> SafetyTextVersion:
    """A new wording. It is not sent before another person has approved it."""
    body = " ".join(body.replace("\x00", "").split())
    why_not = objection(body, text.kind, lines_of(text.facility_id))
    if why_not:
        raise Refused(why_not)
    said = worst(body, text.kind)
    if said.is_blocked:
        raise Refused(f"The check of replies stops it. {said.worst.why}")
    SafetyText.objects.select_for_update(of=("self",)).get(pk=text.pk)
    newest = text.versions.first()
    if (newest.number if newest else 0) != based_on:
        raise Refused("Somebody saved another wording meanwhile. Read theirs first.")
    number = based_on + 1
    made = SafetyTextVersion.objects.create(
        text=text, number=number, body=body, body_hash=text_hash(body), by=by, at=at
    )
    _record("safetytext.save", made, by, at)
    return made


@transaction.atomic
def approve(
    version: SafetyTextVersion, *, hash_seen: str, ticked: Collection[str], by: User, at: datetime
) -> None:
    """Approve this exact wording in advance: from now on it may be sent with one key."""
    current = SafetyTextVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if current.approved_at is not None:
        raise Refused("It has been approved already.")
    if current.by_id == by.pk:
        raise Refused("You wrote it. Another person must approve it.")
    if current.body_hash != hash_seen or current.text.versions.values_list("pk", flat=True)[0] != current.pk:
        raise Refused(CHANGED)
    why_not = objection(current.body, current.text.kind, lines_of(current.text.facility_id))
    said = worst(current.body, current.text.kind)
    if why_not or said.is_blocked:
        raise Refused(why_not or f"The check of replies stops it. {said.worst.why}")
    if not {each.rule for each in said.to_tick} <= set(ticked):
        raise Refused(gatekeeping.NOT_TICKED)
    record = gatekeeping.on_record(said, ticked=ticked)
    approving = SafetyTextVersion.objects.filter(pk=current.pk, approved_at__isnull=True)
    if not approving.update(approved_by=by, approved_at=at, gate=record):
        raise Refused("It has been approved already.")
    _record("safetytext.approve", current, by, at)


def ensure_starters(*, at: datetime) -> None:
    """Once: what is shipped waits for its first approval. What an admin took away stays away."""
    if SafetyText.objects.exists():
        return
    for kind, language, body in STARTERS:
        text = SafetyText.objects.create(kind=kind, language=language)
        save(text, body=body, based_on=0, by=None, at=at)


def make(*, kind: str, language: str, facility: Facility | None) -> SafetyText:
    return SafetyText.objects.get_or_create(kind=kind, language=language, facility=facility)[0]


@transaction.atomic
def add(
    *, kind: str, language: str, facility: Facility | None, body: str, by: User, at: datetime
) -> SafetyTextVersion:
    """A text for a place and a language that has none yet."""
    text = make(kind=kind, language=language, facility=facility)
    if text.versions.exists():
        raise Refused(f"There is one already: {text}. Open it and change its words.")
    return save(text, body=body, based_on=0, by=by, at=at)


@dataclass(frozen=True)
class Standing:
    """A text as its list shows it: what is sent now, what waits, and why it is not offered."""

    text: SafetyText
    sent: SafetyTextVersion | None
    waits: SafetyTextVersion | None
    why_not: str


def standing(text: SafetyText) -> Standing:
    sent = in_force(text)
    newest = next(iter(text.versions.all()), None)
    waits = newest if newest is not None and newest.approved_at is None else None
    why_not = objection(sent.body, text.kind, lines_of(text.facility_id)) if sent else ""
    return Standing(text, sent, waits, why_not)


def for_case(case: Case) -> list[SafetyTextVersion]:
    """Approved wordings that may answer this post: of its place before the general, its language first."""
    kind = case.mention.lane
    if kind not in Kind.values:
        kind = {"emergency": Kind.EMERGENCY, "self-harm": Kind.SELF_HARM}.get(case.queue.slug, "")
    texts = SafetyText.objects.filter(kind=kind).prefetch_related("versions__approved_by")
    lines, by_language = lines_of(case.facility_id), dict[str, SafetyTextVersion]()
    for text in sorted(texts, key=lambda one: one.facility_id is None):
        if text.facility_id not in (None, case.facility_id) or text.language in by_language:
            continue
        version = in_force(text)
        if version is not None and not objection(version.body, kind, lines):
            by_language[text.language] = version
    spoken = case.mention.language or "en"
    return sorted(by_language.values(), key=lambda one: (one.text.language != spoken, one.text.language))


def in_force(text: SafetyText) -> SafetyTextVersion | None:
    """The newest that was approved; one that waits does not take its place."""
    return next((one for one in text.versions.all() if one.approved_at is not None), None)


def _record(action: str, version: SafetyTextVersion, by: User | None, at: datetime) -> None:
    subject = f"safety text {version.text_id}"
    audit.record(action, subject, by=by, at=at, version=version.number, text_sha256=version.body_hash)
