"""The line of a source's last day, over the band of what is usual. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from listening.silence import HOUR, Heard
from listening.usual import Usual
from listening.weeks import Span, before

POINTS = 24
WIDTH, TOP, BOTTOM = 148, 2, 31


@dataclass(frozen=True)
class Line:
    """Posts of each of the last 24 hours, oldest first, and what the weeks before had there."""

    numbers: Sequence[int]
    usual: Sequence[Usual]

    @cached_property
    def _most(self) -> int:
        return max([1, *self.numbers, *(each.high for each in self.usual)])

    def _point(self, index: int, number: float) -> str:
        x = WIDTH * index / (POINTS - 1)
        return f"{x:.1f} {BOTTOM - (BOTTOM - TOP) * number / self._most:.1f}"

    @property
    def actual(self) -> str:
        return "M" + " ".join(self._point(index, number) for index, number in enumerate(self.numbers))

    @property
    def end(self) -> str:
        return self._point(POINTS - 1, self.numbers[-1]).split()[1]

    @property
    def expected(self) -> str:
        """The middle half of the weeks; nothing where too few are known."""
        if not all(each.is_known for each in self.usual):
            return ""
        upper = [self._point(index, each.high) for index, each in enumerate(self.usual)]
        lower = [self._point(index, each.low) for index, each in enumerate(self.usual)]
        return f"M{' '.join(upper)} L{' '.join(reversed(lower))}z"


def line(heard: Heard, last_hour: int, now: datetime, zone: ZoneInfo) -> Line:
    """Whole hours, and at the end the sixty minutes until now."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    begins = [hour - HOUR * ago for ago in range(POINTS - 1, 0, -1)]
    numbers = [heard.hours.get(begin, 0) for begin in begins]
    spans = [Span(begin, begin + HOUR) for begin in [*begins, hour]]
    return Line([*numbers, last_hour], [usual(heard, 0, span, zone) for span in spans])


def usual(heard: Heard, number: int, span: Span, zone: ZoneInfo) -> Usual:
    """That number beside the same hour of the weeks in which we listened to this source."""
    weeks = [each for each in before(span, zone) if heard.began_at <= each.since]
    return Usual(number, [round(heard.total(each.since, each.until)) for each in weeks])
