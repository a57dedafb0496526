"""The lane of a post: what kind of answer it asks for, how soon, and why.

1. What must not wait is heard first (`safety`, `alarm`), on every post, whatever its tone and stars.
2. Where the post alone is silent, its thread may complete it; a thread lends no alarm to a post that does not
   itself say how it came to it.
3. Incidents come next: somebody waiting, harm, hazards and outages, abuse, privacy, devices, rights.
4. Of what remains, the words say whether it complains and of what, asks, thanks, or only talks.

Facility hazards, infections and outages are safety events: the people who must act are the same. Labels
describe the post and the action it needs, never its author.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from listening.reading import alarm, severity
from listening.reading.concepts import Found
from listening.reading.safety import Finding, rules
from listening.reading.sentiment import NO_TONE, Tone


@dataclass(frozen=True)
class Kind:
    label: str
    levels: tuple[str, str]  # the most and the least urgent it can be
    is_safety: bool = False  # goes to its queue before any rule is asked, and is never muted


KINDS = {
    "emergency": Kind("Emergency", ("P0", "P0"), is_safety=True),
    "self_harm": Kind("Self-harm", ("P0", "P0"), is_safety=True),
    "threat": Kind("Threat", ("P0", "P0"), is_safety=True),
    "in_building": Kind("In the building", ("P1", "P1"), is_safety=True),
    "safety_event": Kind("Safety event", ("P1", "P1"), is_safety=True),
    "abuse": Kind("Abuse or neglect", ("P1", "P1"), is_safety=True),
    "privacy_incident": Kind("Privacy incident", ("P1", "P1"), is_safety=True),
    "device_event": Kind("Device or drug event", ("P1", "P1"), is_safety=True),
    "civil_rights": Kind("Access and equal treatment", ("P1", "P1")),
    "media": Kind("Media", ("P1", "P2")),
    "staff_voice": Kind("Staff voice", ("P1", "P3")),
    "access_wait": Kind("Access and wait", ("P2", "P3")),
    "billing": Kind("Billing", ("P2", "P3")),
    "staff_conduct": Kind("Staff conduct", ("P2", "P3")),
    "complaint": Kind("Complaint", ("P2", "P3")),
    "question": Kind("Question", ("P3", "P3")),
    "praise": Kind("Praise", ("P3", "P3")),
    "noise": Kind("Noise", ("P4", "P4")),
    "other": Kind("Comment", ("P4", "P4")),
}

LANES = tuple(KINDS)
SAFETY = frozenset(name for name, kind in KINDS.items() if kind.is_safety)
"""Lanes that reach people whatever the rules say."""
URGENT = frozenset(name for name, kind in KINDS.items() if kind.levels == ("P0", "P0"))
INCIDENTS = (*(name for name in KINDS if name in SAFETY - URGENT), "civil_rights")
ABOUT = ("staff_conduct", "billing", "access_wait", "complaint")
"""What complaints are about; of equal ones, the first."""

URGENT_LEVELS = ("P0", "P1")
"""Levels of what somebody must see within minutes."""

THREAD = 600
"""Characters of the thread that may complete a post."""
MAX_REASONS = 3


@dataclass(frozen=True)
class Lane:
    name: str
    severity: int
    level: str
    reasons: tuple[str, ...] = ()


def read(
    text: str,
    tone: Tone,
    *,
    rating: int | None = None,
    thread: tuple[str, ...] = (),
    criticality: float | None = None,
    noise: str | None = None,
) -> Lane:
    """The lane of a post. `criticality` (0 to 1) and `noise` (the reason) are what other readers found."""
    found = rules().lexicon.find(text)
    findings = rules().of(found)
    urgent = alarm.heard(found, findings) or _with_thread(text, thread)
    if urgent:
        return _lane(urgent[0].lane, urgent[0].severity, urgent)
    if noise:
        return Lane("noise", 0, "P4", (noise,))
    certain = alarm.waiting(found, findings)
    certain += alarm.undoubted(found, findings, INCIDENTS)
    certain.sort(key=lambda each: -each.severity)
    if not certain:
        more = alarm.MORE_WHERE_PLEASED if tone.label == "positive" else 0.0
        certain += filter(None, [alarm.incident(found, more)])
    grave = severity.of_criticality(criticality)
    return _incident(certain) or _ordinary(found, certain, text, tone, rating, grave)


def is_pressing(text: str) -> bool:
    """Whether the words alone may make it one for the urgent levels or a safety lane: true of all that `read`
    would put there without a thread, and of a few more."""
    lane = read(text, NO_TONE)
    return lane.name in SAFETY or lane.level in URGENT_LEVELS


def _with_thread(text: str, thread: tuple[str, ...]) -> Sequence[Finding]:
    """What the post says only together with what came before it. A threat is never put together so."""
    before = "\n".join(thread)[-THREAD:]
    if not before.strip() or not text.strip():
        return ()
    first = len(rules().lexicon.find(before).line.words)
    found = rules().lexicon.find(f"{before}\n{text}")
    findings = rules().of(found)
    across = [each for each in findings if each.start < first < each.end and each.is_sure]
    if not across and any(start >= first for start, _ in found.of("worse_turn")):
        across = alarm.heard(found, findings)
    return [each for each in across if each.lane in ("self_harm", "emergency")]


def _incident(findings: Sequence[Finding]) -> Lane | None:
    """Whoever speaks as a reporter or as staff is answered as such, as soon as what they tell of needs."""
    grave = [each for each in findings if each.lane in INCIDENTS]
    for voice in ("media", "staff_voice"):
        said = _of(voice, findings)
        if said:
            return _lane(voice, max(each.severity for each in (*said, *grave)), [*said, *grave])
    return _lane(grave[0].lane, grave[0].severity, grave) if grave else None


def _ordinary(
    found: Found,
    findings: Sequence[Finding],
    text: str,
    tone: Tone,
    rating: int | None,
    grave: int,
) -> Lane:
    is_sour = tone.label == "negative" or (rating is not None and rating <= 2)
    complaints = [each for each in findings if each.lane in (*ABOUT, "owed")]
    asks = _of("question", findings)
    is_happy = rating is not None and rating >= 4 and not is_sour
    if complaints and not is_happy and _complains(found, complaints, asks, tone, is_sour):
        least = max(grave, severity.of_tone(tone, rating) if is_sour else 0)
        return _complaint(complaints, least, is_joking=bool(found.of("laugh")))
    if asks or ("?" in text and not is_sour):
        return _lane("question", 20, asks)
    if is_sour:
        return _by_tone(tone, rating, grave)
    thanks = _of("praise", findings)
    if thanks and tone.label != "negative":
        return _lane("praise", 5, thanks)
    return _by_tone(tone, rating, grave)


def _complains(
    found: Found, complaints: Sequence[Finding], asks: Sequence[Finding], tone: Tone, is_sour: bool
) -> bool:
    """Words of waiting and bills also stand in thanks and questions: there they need a sour one beside."""
    if is_sour or found.of("sour_thanks") or any(each.severity > 45 for each in complaints):
        return True
    if all(each.severity <= severity.MENTION for each in complaints):
        return not asks and not found.of("thanked") and tone.score < 0.3
    if found.of("thanked") and tone.score > 0.3 and not found.of("long_wait"):
        return False
    return not asks or any(each.lane == "staff_conduct" for each in complaints)


def _complaint(complaints: Sequence[Finding], least: int, *, is_joking: bool) -> Lane:
    name = min((each.lane for each in complaints if each.lane in ABOUT), key=ABOUT.index, default="complaint")
    worst = max(max(each.severity for each in complaints), least)
    if is_joking and worst <= severity.MOST_OF_TONE and not _of("owed", complaints):
        worst = min(worst, severity.FROM["P2"] - 1)
    return _lane(name, worst, [*_of(name, complaints), *complaints])


def _by_tone(tone: Tone, rating: int | None, grave: int) -> Lane:
    words = tone.reasons[:MAX_REASONS]
    is_low = rating is not None and rating <= 2
    if is_low or (tone.label == "negative" and (rating is None or rating <= 3)):
        return _told("complaint", max(severity.of_tone(tone, rating), grave), words)
    if tone.label == "positive" and tone.score >= 0.3:
        return _told("praise", 5, words)
    return _told("other", 10, ())


def _of(lane: str, findings: Sequence[Finding]) -> list[Finding]:
    return [each for each in findings if each.lane == lane]


def _lane(name: str, worst: int, findings: Sequence[Finding]) -> Lane:
    reasons = tuple(dict.fromkeys(each.reason for each in findings))[:MAX_REASONS]
    return _told(name, worst, reasons or (("a question mark",) if name == "question" else ()))


def _told(name: str, worst: int, reasons: tuple[str, ...]) -> Lane:
    return Lane(name, worst, severity.level(worst, KINDS[name].levels), reasons)
