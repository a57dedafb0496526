"""Whether a post must reach a person now: what the rules heard, weighed by the learned reader.

The rules know what they listen for, the learned reader what such posts are like. It knows the words of a
post, their letters, and the classes of words that the rules look for, and was fitted on invented posts, among
them many that only sound like danger, and on thousands of ordinary ones. It stops a rule only where it is
very sure, lets a hint through that it finds likely, and raises by itself what reads like the posts it knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from listening.reading import learned
from listening.reading.concepts import Found
from listening.reading.features import Features
from listening.reading.learned import Decision
from listening.reading.safety import Finding, rules
from listening.reading.severity import FROM

URGENT = ("emergency", "self_harm", "threat")
SELF_HARM, STAFF_VOICE = "self_harm", "staff_voice"
MODEL = "safety"
ALARM = "urgent"
"""The model's class of all posts that must reach a person now; it has one for each lane besides."""
INCIDENT = "incident"
"""Its class of what must be seen within the quarter hour."""
HARMS = {
    "safety_event": "reads like harm, a hazard or an outage: look soon",
    "abuse": "reads like somebody hurt or neglected by another: look soon",
    "privacy_incident": "reads like private details in the wrong hands: look soon",
    "device_event": "reads like harm by a device or a drug: look soon",
    "civil_rights": "reads like access or equal treatment refused: look soon",
}
"""The lanes of those, each a class too: which of them it is decides who is told."""
BUILDING, BUILDING_MODEL = "in_building", "building"
"""The lane of those among them who wait in the building, and the reader that was fitted on it alone."""

LEAST_FOR_SURE, LEAST_FOR_HINT, LEAST_ALONE = -1.2, 0.9, 1.8
"""Scores, chosen on held-out posts of the corpus and on the sandbox's stream: alone it raises 1 in 2,000."""
LEAST_IN_MANY, FEW = 0.5, 16
"""For a sure rule in more than a few words: of few, the learned reader has little to go by."""
LEAST_ELSEWHERE, LEAST_SILENCED = 3.2, 5.0
"""Alone, where the rules know an incident that can wait some minutes; and where one of them would have
spoken, but for a denial, the past or a joke."""
LEAST_INCIDENT, LEAST_TOLD_INCIDENT = 0.4, -3.0
"""Where no rule knows an incident, and where one does. A miss costs more than a post that is first in a queue
for nothing: of the sandbox's stream 6 in 100 are put there, by rules and reader together."""
MORE_WHERE_PLEASED = 1.0
"""How much more is asked of a post that sounds pleased."""
LEAST_WAITING, LEAST_WAITING_HINT, LEAST_WAITING_ALONE = 0.5, 1.4, 1.2
"""Who waits in the building, by a sure rule, by a hint, and by no rule: 2 in 100 of the sandbox's stream."""
LEAST_WAITING_SILENCED = 3.6
"""Where a rule would have spoken, but for the past, the phone, another building or content."""
USUAL, EACH_MORE, MOST_MORE = 20, 0.04, 4.0
"""Where no rule is sure, a post needs more for each word beyond the usual: in a story, words of danger meet
by chance."""
TOLD_BY_STAFF = 2.0
"""How much more is asked of whoever speaks as staff and not of now: they tell of what they see at work."""
MAX_WORDS = 300

SAYS = {
    "emergency": "reads like a call for urgent help: look now",
    "self_harm": "may need urgent help, reads like talk of ending a life: look now",
    "threat": "may be a danger to people, reads like a threat: look now",
}
SEVERITY = 92
"""Of what only the learned reader found."""
SEVERITY_OF_INCIDENT = 72
SAYS_WAITING, SEVERITY_OF_WAITING = "reads like somebody who waits in the building now: send somebody", 74


@dataclass(frozen=True)
class Seen(Features):
    """The words of a post, and as tags the classes of words that the rules look for."""

    facts: tuple[str, ...] = ()

    @property
    def tags(self) -> tuple[str, ...]:
        return self.facts


def seen(found: Found, around: int = 0) -> Seen:
    """What is seen of a post; of a very long one, the words around a place."""
    listed = rules().lexicon.listed
    first = max(0, around - MAX_WORDS // 2)
    words = found.line.words[first : first + MAX_WORDS]
    return Seen(tuple(words), facts=tuple(f"={name}" for name in found.places if name in listed))


def heard(found: Found, findings: Sequence[Finding]) -> list[Finding]:
    """The findings that call for a person now, the gravest first."""
    if not found.line.words:
        return []
    urgent = [each for each in findings if each.lane in URGENT]
    decision = _decided(found, urgent)
    score = _score(decision)
    if _is_told(found, findings, max(URGENT, key=decision.score)):
        score -= TOLD_BY_STAFF
    many = len(found.line.words)
    sure = [each for each in urgent if each.is_sure]
    if sure:
        return sure if score >= (LEAST_FOR_SURE if many <= FEW else LEAST_IN_MANY) else []
    score -= _for_length(found)
    if urgent:
        likely = sorted(urgent, key=lambda each: -decision.score(each.lane))
        return likely if score >= LEAST_FOR_HINT else []
    is_raised = score >= LEAST_ALONE and score >= _least_alone(found, findings)
    return [_alone(decision)] if is_raised else []


def waiting(found: Found, findings: Sequence[Finding]) -> list[Finding]:
    """Who waits in the building: what a rule knows and the learned reader does not doubt, or a hint that it
    finds likely."""
    told = [each for each in findings if each.lane == BUILDING]
    if not told:
        return []
    score = _waits(found).score(BUILDING) - _for_length(found)
    least = LEAST_WAITING if told[0].is_sure else LEAST_WAITING_HINT
    return [replace(told[0], is_sure=True)] if score >= least else []


def undoubted(found: Found, findings: Sequence[Finding], lanes: Sequence[str]) -> list[Finding]:
    """What rules are sure of, without what of these lanes the learned reader finds nothing of the kind in."""
    sure = [each for each in findings if each.is_sure and each.lane not in (*URGENT, BUILDING)]
    if any(each.lane in lanes for each in sure) and _decided(found, ()).score(INCIDENT) < LEAST_TOLD_INCIDENT:
        return [each for each in sure if each.lane not in lanes]
    return sure


def incident(found: Found, more: float = 0.0) -> Finding | None:
    """What no rule knows and reads like one of those things that must be seen soon; `more` is asked of it."""
    if not found.line.words:
        return None
    more += _for_length(found)
    if found.of("in_house"):  # To ask the reader about every post would slow them all.
        waits = _waits(found)
        score = waits.score(BUILDING) - more
        if score >= LEAST_WAITING_ALONE and score >= _least_waiting(found):
            return Finding(BUILDING, SEVERITY_OF_WAITING, SAYS_WAITING, _why(waits, BUILDING))
    decision = _decided(found, ())
    if decision.score(INCIDENT) - more >= LEAST_INCIDENT:
        lane = max(HARMS, key=decision.score)
        return Finding(lane, SEVERITY_OF_INCIDENT, HARMS[lane], _why(decision, INCIDENT))
    return None


def _waits(found: Found) -> Decision:
    return learned.model(BUILDING_MODEL).read(seen(found))


def _least_waiting(found: Found) -> float:
    is_silenced = any(rule.is_silenced(found) for rule in rules().rules if rule.lane == BUILDING)
    return LEAST_WAITING_SILENCED if is_silenced else LEAST_WAITING_ALONE


def _for_length(found: Found) -> float:
    return min(MOST_MORE, EACH_MORE * max(0, len(found.line.words) - USUAL))


def _decided(found: Found, urgent: Sequence[Finding]) -> Decision:
    return learned.model(MODEL).read(seen(found, urgent[0].start if urgent else 0))


def _score(decision: Decision) -> float:
    """As likely urgent, and as likely of one lane."""
    return (decision.score(ALARM) + max(map(decision.score, URGENT))) / 2


def _is_told(found: Found, findings: Sequence[Finding], likely: str) -> bool:
    """Whether staff tell of their work, and of nothing that is now. Nobody's own life is doubted for it."""
    lanes = {likely, *(each.lane for each in findings)}
    return STAFF_VOICE in lanes and SELF_HARM not in lanes and not found.of("about_now")


def _least_alone(found: Found, findings: Sequence[Finding]) -> float:
    if any(rule.is_silenced(found) for rule in rules().rules if rule.lane in URGENT):
        return LEAST_SILENCED
    is_incident = any(each.is_sure and each.severity >= FROM["P1"] for each in findings)
    return LEAST_ELSEWHERE if is_incident else LEAST_ALONE


def _alone(decision: Decision) -> Finding:
    lane = max(URGENT, key=decision.score)
    return Finding(lane, SEVERITY, SAYS[lane], _why(decision, ALARM))


def _why(decision: Decision, name: str) -> str:
    return ", ".join(dict.fromkeys(word for word, _ in decision.why(name)))
