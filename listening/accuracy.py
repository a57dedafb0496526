"""How often the reader is right, from what it said and what people said. Pure.

Where a sample was drawn group by group, each answer weighs as many mentions as it stands for. The interval is
Wilson's with the sample's effective size (Kish): weights that differ make a sample worth less than its count.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import sqrt

ENOUGH = 20
"""With fewer answers than this no figure is given."""

Z = 1.96  # 95 %


@dataclass(frozen=True)
class Answer:
    said: str  # by the reader
    people: str
    weight: float = 1.0

    @property
    def is_right(self) -> bool:
        return self.said == self.people


@dataclass(frozen=True)
class Accuracy:
    """What a number of answers show together."""

    answers: tuple[Answer, ...] = ()
    kinds: tuple[str, ...] = field(default=("negative", "neutral", "positive"))

    @classmethod
    def of(cls, answers: Iterable[Answer]) -> "Accuracy":
        return cls(tuple(answers))

    @property
    def number(self) -> int:
        return len(self.answers)

    @property
    def is_enough(self) -> bool:
        return self.number >= ENOUGH

    @cached_property
    def share(self) -> float:
        """Of the mentions that these stand for, the part that was read right."""
        whole = sum(answer.weight for answer in self.answers)
        return sum(answer.weight for answer in self.answers if answer.is_right) / whole if whole else 0.0

    @cached_property
    def interval(self) -> tuple[float, float]:
        return wilson(self.share, effective_size(answer.weight for answer in self.answers))

    @cached_property
    def macro_f1(self) -> float:
        return macro_f1(self.answers)

    @cached_property
    def counts(self) -> Counter[tuple[str, str]]:
        """How many answers there are of each pair: what the reader said, what people said."""
        return Counter((answer.said, answer.people) for answer in self.answers)

    @property
    def percent(self) -> int:
        return round(100 * self.share)

    @property
    def span(self) -> str:
        low, high = self.interval
        return f"{round(100 * low)}–{round(100 * high)} %"

    @property
    def words(self) -> str:
        """For a line under a chart."""
        if not self.is_enough:
            return f"too few to judge ({self.number} of {ENOUGH} sampled)"
        return f"read right in {self.percent} % of {self.number} sampled ({self.span})"


def wilson(share: float, size: float) -> tuple[float, float]:
    """The 95 % interval of a share that was found in a sample of this size."""
    if size <= 0:
        return 0.0, 1.0
    spread = Z * sqrt(share * (1 - share) / size + Z * Z / (4 * size * size))
    middle, whole = share + Z * Z / (2 * size), 1 + Z * Z / size
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def effective_size(weights: Iterable[float]) -> float:
    """Kish: how many equal answers these unequal ones are worth."""
    listed = list(weights)
    squares = sum(weight * weight for weight in listed)
    return sum(listed) ** 2 / squares if squares else 0.0


def macro_f1(answers: Iterable[Answer]) -> float:
    """The mean of each tone's F1, over the tones that the reader or people named."""
    right: Counter[str] = Counter()
    said: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for answer in answers:
        said[answer.said] += answer.weight  # type: ignore[assignment]
        people[answer.people] += answer.weight  # type: ignore[assignment]
        right[answer.people] += answer.weight * answer.is_right  # type: ignore[assignment]
    kinds = {*said, *people}
    return sum(2 * right[kind] / (said[kind] + people[kind]) for kind in kinds) / len(kinds) if kinds else 0.0
