"""Who could help with a case: three people or desks, each with why. Pure; the time is given.

What counts: cases like this one that they closed, took over or were asked about and answered, the recent ones
more; what the directory says they own; and whether they are on duty. Somebody who closes everything is not
put first for it: what they did is held against how much they do.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp2, sqrt

MOST = 3
HALF_LIFE = timedelta(days=90)
OF_QUEUE, OF_TOPICS, OF_PLACE = 0.2, 2.0, 2.5
"""A queue holds many things, and says little beside the topics."""

OWNS, OWNS_STALE, ON_DUTY = 3.0, 1.0, 1.2

USUAL = 10
"""Cases that everybody is taken to have closed besides: one lucky hit makes nobody an expert."""

Who = tuple[str, int]
"""("person", id) or ("desk", id of the directory's entry)."""


@dataclass(frozen=True)
class Need:
    topics: frozenset[str]
    facility_id: int | None
    queue: str

    @property
    def words(self) -> frozenset[str]:
        return words_of(" ".join((*self.topics, self.queue)))


@dataclass(frozen=True)
class Past:
    """One case that somebody helped with."""

    who: Who
    topics: frozenset[str]
    facility_id: int | None
    queue: str
    at: datetime
    weight: float = 1.0  # an answered question says more than a closed case


@dataclass(frozen=True)
class Owned:
    """One entry of the directory."""

    who: Who
    topic: str
    facility_id: int | None
    is_stale: bool = False


@dataclass
class Standing:
    who: Who
    likeness: float = 0.0
    similar: int = 0
    total: int = 0
    owned: list[Owned] = field(default_factory=list)
    until: datetime | None = None

    @property
    def score(self) -> float:
        # Between how much of this they do and how much of what they do is this, nearer to the first.
        learned = self.likeness / sqrt(sqrt(self.total + USUAL))
        owned = sum(OWNS_STALE if each.is_stale else OWNS for each in self.owned[:1])
        return (learned + owned) * (ON_DUTY if self.until else 1.0)


def words_of(text: str) -> frozenset[str]:
    plain = "".join(character if character.isalnum() else " " for character in text.casefold())
    return frozenset(word for word in plain.split() if len(word) > 2 and word != "and")


def likeness(past: Past, need: Need, now: datetime) -> float:
    """From nothing to 5.5: the same queue, topics in common, the same place; half as much after 90 days."""
    either = past.topics | need.topics
    shared = len(past.topics & need.topics) / len(either) if either else 0.0
    alike = OF_QUEUE * (past.queue == need.queue) + OF_TOPICS * shared
    here = OF_PLACE if past.facility_id is not None and past.facility_id == need.facility_id else 1.0
    age = max(timedelta(0), now - past.at)
    return alike * here * past.weight * exp2(-(age / HALF_LIFE))


def rank(
    need: Need,
    history: Iterable[Past],
    directory: Sequence[Owned],
    on_duty: Mapping[Who, datetime],
    now: datetime,
    *,
    most: int = MOST,
) -> list[Standing]:
    """The best first; nobody who has nothing to do with it."""
    found: dict[Who, Standing] = {}
    totals: dict[Who, int] = defaultdict(int)
    for past in history:
        totals[past.who] += 1
        alike = likeness(past, need, now)
        if alike > 0:
            standing = found.setdefault(past.who, Standing(past.who))
            standing.likeness += alike
            standing.similar += past.queue == need.queue or bool(past.topics & need.topics)
    for owned in directory:
        if owned.facility_id in (None, need.facility_id) and words_of(owned.topic) & need.words:
            found.setdefault(owned.who, Standing(owned.who)).owned.append(owned)
    for who, standing in found.items():
        standing.total, standing.until = totals[who], on_duty.get(who)
    return sorted(found.values(), key=lambda one: (-one.score, one.who))[:most]
