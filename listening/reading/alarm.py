"""Whether a post must reach a person now: what the rules heard, weighed by the learned reader.

The rules decide what is looked at, the learned reader how sure one may be. It knows the words of a post and the
classes of words that the rules found in them, and was fitted on invented posts, among them many that only sound
like danger. It lets a hint through that it finds likely, and stops a sure rule only where it is very sure itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from listening.reading import learned
from listening.reading.concepts import Found
from listening.reading.features import Features
from listening.reading.safety import Finding

URGENT = ("emergency", "self_harm", "threat")
MODEL = "safety"
ALARM = "urgent"
"""The model's class of all posts that must reach a person now; it has one for each lane besides."""

LEAST_FOR_SURE = -1.2
LEAST_FOR_HINT = 0.2
MAX_WORDS = 300


@dataclass(frozen=True)
class Seen(Features):
    """The words of a post, and as tags what the rules found in it."""

    facts: tuple[str, ...] = ()

    @property
    def tags(self) -> tuple[str, ...]:
        return self.facts


def seen(found: Found, findings: Sequence[Finding]) -> Seen:
    urgent = [each for each in findings if each.lane in URGENT]
    concepts = [f"={name}" for name in found.places if "/" not in name]
    rules = [f"=rule:{each.lane}:{'sure' if each.is_sure else 'hint'}" for each in urgent] or ["=rule:none"]
    words = found.line.words
    if len(words) > MAX_WORDS and urgent:
        first = max(0, urgent[0].start - MAX_WORDS // 2)
        words = words[first : first + MAX_WORDS]
    return Seen(tuple(words), facts=tuple(dict.fromkeys([*concepts, *rules])))


def heard(found: Found, findings: Sequence[Finding]) -> list[Finding]:
    """The findings that call for a person now, the gravest first."""
    urgent = [each for each in findings if each.lane in URGENT]
    if not urgent:
        return []
    decision = learned.model(MODEL).read(seen(found, urgent))
    score = decision.score(ALARM)
    sure = [each for each in urgent if each.is_sure]
    if sure:
        return sure if score >= LEAST_FOR_SURE else []
    if score < LEAST_FOR_HINT:
        return []
    return sorted(urgent, key=lambda each: -decision.score(each.lane))
