"""What drafts that gave something away have in common, beyond the rules: a weight for each word and class.

A text is a set of what can be seen in it: its words, each pair of neighbours, the classes they are in, and
pairs of those. The weights of what is seen are added up. Where they say that a text reads like those that
gave something away although no rule stops it, that is a doubt, and more than one where they are sure of it.
It is told with the sentence that weighs most.

`fitting` writes the file: its first line is a JSON head, each further one something seen and its weight in
hundredths.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

from alerts.gate.data import GateDown
from alerts.gate.patterns import Line
from alerts.gate.reasons import BLOCK, WARN, Reason

FILE = Path(__file__).parent / "learned.tsv"
HUNDREDTHS = 100
LEFT_OUT = frozenset({"START", "QUESTION"})
RULE = "reads-like-a-disclosure"
WHY = "No rule found it, but it reads like replies that gave something away."
INSTEAD = "Speak of what is open to anybody. If it is harmless, an approver says so."
DOUBT, STOP = 0.65, 0.85
"""From these probabilities on it is a doubt, and stopped."""

Place = Callable[[int, int], tuple[int, int]]
"""From a span of words to one of the draft."""

Seen = list[set[str]]
"""For each word, what is seen at it."""


@dataclass(frozen=True)
class Model:
    bias: float
    weights: dict[str, float]

    def at_each(self, seen: Seen) -> list[float]:
        """What each word adds; what was seen at an earlier one counts once."""
        told: set[str] = set()
        added = []
        for here in seen:
            added.append(sum(self.weights.get(each, 0.0) for each in here - told))
            told |= here
        return added

    def probability(self, seen: Seen) -> float:
        total = self.bias + sum(self.at_each(seen))
        return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


def see(line: Line) -> Seen:
    classes = _classes(line)
    words = [word.text for word in line.words]
    seen: Seen = []
    for at, word in enumerate(words):
        before = words[at - 1] if at else "^"
        here = {word, f"{before} {word}", *classes[at]}
        here |= {f"{one}+{other}" for one in classes[at - 1] for other in classes[at]} if at else set()
        seen.append(here)
    if words:
        seen[-1].add(f"{words[-1]} $")
    return seen


def _classes(line: Line) -> list[list[str]]:
    found: list[list[str]] = [[] for _ in line.words]
    for name in sorted(line.places):
        if name.isupper() and name not in LEFT_OUT:
            for at in _bits(line.places[name]):
                found[at].append(name)
    return found


def _bits(lengths: dict[int, int]) -> Iterator[int]:
    bits = 0
    for each in lengths.values():
        bits |= each
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


@cache
def shipped() -> Model:
    try:
        head, *lines = FILE.read_text(encoding="utf-8").splitlines()
        rows = (line.rsplit("\t", 1) for line in lines)
        return Model(json.loads(head)["bias"], {name: int(weight) / HUNDREDTHS for name, weight in rows})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GateDown(f"What the gate has learned cannot be read: {error}") from error


def reason(line: Line, draft: str, place: Place) -> Reason | None:
    """A reason at the sentence that weighs most, where the whole is in doubt."""
    model = shipped()
    seen = see(line)
    probability = model.probability(seen)
    if not line.words or probability < DOUBT:
        return None
    start, end = place(*_heaviest(line, model.at_each(seen)))
    weight = BLOCK if probability >= STOP else WARN
    return Reason(RULE, weight, start, end, draft[start:end], WHY, INSTEAD)


def _heaviest(line: Line, added: list[float]) -> tuple[int, int]:
    """The words of the sentence that adds most."""
    weighed: dict[int, float] = {}
    for word, weight in zip(line.words, added, strict=True):
        weighed[word.sentence] = weighed.get(word.sentence, 0.0) + weight
    worst = max(weighed, key=lambda sentence: weighed[sentence])
    places = [at for at, word in enumerate(line.words) if word.sentence == worst]
    return places[0], places[-1] + 1
