"""Whether a number is unusual, said with the honesty that small numbers ask for. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from math import sqrt
from statistics import quantiles

FEWEST = 20
"""Where the larger of the two numbers that are compared is below it, nothing is said of them."""

FEWEST_WEEKS = 3
FENCE = 1.5
"""In widths of the middle half: what lies further out is unusual (Tukey)."""

CHANCE = 1.35
"""The middle half of a number that only chance moves is about so many of its square roots wide."""


class Verdict(StrEnum):
    UNKNOWN = "unknown"
    FEW = "few"
    ABOVE = "above"
    BELOW = "below"
    ABOUT = "about"


WORDS = {
    Verdict.UNKNOWN: "no usual yet",
    Verdict.FEW: "too few to judge",
    Verdict.ABOVE: "more than usual",
    Verdict.BELOW: "fewer than usual",
    Verdict.ABOUT: "as usual",
}
ICONS = {Verdict.ABOVE: "up", Verdict.BELOW: "down"}


@dataclass(frozen=True)
class Usual:
    """A number beside those of the same hour in the weeks in which we listened."""

    number: int
    weeks: Sequence[int]

    @cached_property
    def _quartiles(self) -> tuple[float, float, float]:
        low, middle, high = quantiles(self.weeks, n=4, method="inclusive")
        return low, middle, high

    @property
    def is_known(self) -> bool:
        return len(self.weeks) >= FEWEST_WEEKS

    @property
    def low(self) -> int:
        return round(self._quartiles[0]) if self.is_known else 0

    @property
    def median(self) -> int:
        return round(self._quartiles[1]) if self.is_known else 0

    @property
    def high(self) -> int:
        return round(self._quartiles[2]) if self.is_known else 0

    @cached_property
    def verdict(self) -> Verdict:
        if not self.is_known:
            return Verdict.UNKNOWN
        low, median, high = self._quartiles
        if max(self.number, median) < FEWEST:
            return Verdict.FEW
        fence = FENCE * max(high - low, CHANCE * sqrt(median))
        if self.number > high + fence:
            return Verdict.ABOVE
        return Verdict.BELOW if self.number < low - fence else Verdict.ABOUT

    @property
    def is_judged(self) -> bool:
        return self.verdict in (Verdict.ABOVE, Verdict.BELOW, Verdict.ABOUT)

    @property
    def icon(self) -> str:
        return ICONS.get(self.verdict, "")

    @property
    def said(self) -> str:
        return f"usual {self.median:,}" if self.median else "usually none"

    @property
    def words(self) -> str:
        return WORDS[self.verdict]

    @property
    def why(self) -> str:
        """What the word rests on, in numbers."""
        if not self.is_known:
            heard = len(self.weeks)
            return f"We listened in {heard} of the 8 weeks before; {FEWEST_WEEKS} are needed."
        span = f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"
        return f"Usually {self.median}, the middle half {span}, over {len(self.weeks)} weeks."
