"""Why one case stands before another: a sum of factors, each said in words. Pure; the time is given.

No factor rests on what the author may suffer from. Of the author it knows two counts, both about us alone:
posts of today, and whether they wrote again this week after an answer of ours.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import timedelta
from typing import Any

from listening.phrases import Phrases
from listening.reading.lanes import KINDS

HIGHEST = 200
"""No single weight counts for more: severity alone can say 100."""

WAITING_STEP = timedelta(hours=2)
WAITING_STEPS = 4
"""Waiting counts for so many steps at most; after that the clock that is late says the rest."""

LOOKED_AT = 8_000
"""Characters in which a child is looked for."""

LANES: dict[str, int] = {
    "emergency": 40,
    "self_harm": 40,
    "threat": 35,
    "in_building": 30,
    "safety_event": 25,
    "abuse": 25,
    "privacy_incident": 20,
    "device_event": 20,
    "civil_rights": 15,
    "media": 10,
}
"""What the lane of a post adds. A lane that is not named adds nothing."""

CHILD_WORDS = (
    "my child|my son|my daughter|my kid|my kids|my baby|our baby|our son|our daughter|my toddler|newborn"
    "|my grandson|my granddaughter|my little boy|my little girl|year old boy|year old girl|pediatric|nicu"
    "|mi hijo|mi hija|mi bebé|mi bebe|nuestro hijo|nuestra hija|mi niño|mi niña|mi nieto|mi nieta|pediatría"
)

SEVERITIES = {1: (95, "Emergency"), 2: (75, "Urgent"), 3: (50, "Watch"), 4: (15, "Ordinary")}
"""What a person says with one key, as the severity that it stands for and in a word."""


@dataclass(frozen=True)
class Facts:
    """What was known of the post when its case was opened. Counts and kinds, never words or names."""

    severity: int
    lane: str = ""
    child: bool = False
    posts_today: int = 1
    wrote_again: bool = False  # within a week of an answer of ours to the same author
    press: bool = False
    reach: int = 0  # who is told: posts of the same story beside this one

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Facts":
        """As it was stored, by whichever version stored it."""
        known = {each.name for each in fields(cls)}
        return cls(**{"severity": 0, **{name: value for name, value in stored.items() if name in known}})

    def stored(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Weights:
    """How many points each factor is worth. Severity counts as it is."""

    lanes: Mapping[str, int] = field(default_factory=lambda: dict(LANES))
    child: int = 15
    repeated: int = 5  # each further post of the day, up to three
    wrote_again: int = 10
    press: int = 10
    reach: int = 2  # each post that tells the same, up to ten
    waiting: int = 5  # each two hours without a reply, up to four times

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Weights":
        """As it was stored. What is missing there counts as it is shipped, what is not a number too."""
        shipped = cls()
        lanes = stored.get("lanes")
        return cls(
            lanes={**shipped.lanes, **_numbers(lanes if isinstance(lanes, Mapping) else {})},
            **_numbers({name: stored[name] for name in SINGLE if name in stored}),
        )

    def stored(self) -> dict[str, Any]:
        return {"lanes": dict(self.lanes), **{name: getattr(self, name) for name in SINGLE}}


SINGLE: dict[str, str] = {
    "child": "A child is mentioned",
    "repeated": "Each further post by this author today",
    "wrote_again": "Wrote again after our reply",
    "press": "From the press",
    "reach": "Each post that tells the same",
    "waiting": "Each 2 hours without a reply",
}
"""The weights beside those of the lanes, in words."""


@dataclass(frozen=True)
class Factor:
    key: str
    words: str
    points: int

    def __str__(self) -> str:
        return f"{self.words} {self.points}" if self.key == "severity" else f"{self.words} +{self.points}"


@dataclass(frozen=True)
class SetBy:
    """A severity that a person gave, and what stood there before."""

    severity: int
    name: str


def standing(facts: Facts, weights: Weights, *, set_by: SetBy | None = None) -> tuple[Factor, ...]:
    """What counts whatever the time is. Its sum is stored with the case, for the order of the list."""
    listed = [
        _severity(facts, set_by),
        Factor("lane", f"{in_words(facts.lane)} lane", weights.lanes.get(facts.lane, 0)),
        Factor("child", "a child is mentioned", weights.child if facts.child else 0),
        _repeated(facts, weights),
        Factor("wrote_again", "wrote again after our reply", weights.wrote_again * facts.wrote_again),
        Factor("press", "from the press", weights.press if facts.press else 0),
        Factor("reach", f"{facts.reach} more tell the same", weights.reach * min(facts.reach, 10)),
    ]
    return tuple(each for each in listed if each.points or each.key == "severity")


def waiting(waited: timedelta | None, weights: Weights) -> tuple[Factor, ...]:
    """What waiting adds; None when a reply was given, and nothing grows any more."""
    steps = 0 if waited is None else max(0, min(waited // WAITING_STEP, WAITING_STEPS))
    if not steps or not weights.waiting:
        return ()
    hours = steps * int(WAITING_STEP.total_seconds() // 3600)
    return (Factor("waiting", f"no reply for {hours} h", steps * weights.waiting),)


def score(factors: Iterable[Factor]) -> int:
    return sum(each.points for each in factors)


def in_words(lane: str) -> str:
    return KINDS[lane].label.lower() if lane in KINDS else lane.replace("_", " ")


def mentions_child(text: str) -> bool:
    return next(iter(_CHILD.find(text[:LOOKED_AT])), None) is not None


def _severity(facts: Facts, set_by: SetBy | None) -> Factor:
    if set_by is None:
        return Factor("severity", "severity", facts.severity)
    return Factor("severity", f"severity, set by {set_by.name} (read as {facts.severity})", set_by.severity)


def _repeated(facts: Facts, weights: Weights) -> Factor:
    points = weights.repeated * min(max(facts.posts_today - 1, 0), 3)
    return Factor("repeated", f"{ordinal(facts.posts_today)} post by this author today", points)


def ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _numbers(stored: Mapping[str, Any]) -> dict[str, int]:
    return {
        str(name): max(0, min(value, HIGHEST))
        for name, value in stored.items()
        if isinstance(value, int) and not isinstance(value, bool)
    }


_CHILD = Phrases((at, f'"{words}"') for at, words in enumerate(CHILD_WORDS.split("|")))
