"""When a source is silent: nothing failed, and what should have come did not. Pure.

A source is held against itself: against what came in the same stretch of the weeks before, on the same days
at the same times. Nothing since the last post is an alarm once, in those weeks, enough had come by then and
hardly a week had been empty. So a busy feed alarms within the hour by day and not in a quiet night.

1. Three weeks and more: by the week, looking up to seven days ahead; then fifteen minutes of grace, or as
   long as its posts usually take to reach us.
2. Less: by the day. A whole day without one is an alarm where none of the days before was empty.
3. A source with a few posts a week: three weeks without one.
4. Fewer still, or heard for less than three days: nothing can be said, and the screen says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from zoneinfo import ZoneInfo

from listening.usual import FEWEST_WEEKS
from listening.weeks import WEEK, Span, before

ENOUGH = 5
"""So many posts should have come. Where chance alone decides, it lets all of them out once in 150 times."""

STEP = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FEWEST_DAYS, MOST_DAYS = 3, 7
GRACE, LONGEST_GRACE = timedelta(minutes=15), timedelta(hours=6)
FLOOR = timedelta(minutes=30)
POLLS = 3
"""A source that is asked once a day cannot be silent within hours."""

QUIET_FLOOR = 3 * WEEK


class Ground(StrEnum):
    """What an expectation rests on."""

    WEEKS = "weeks"
    DAYS = "days"
    FLOOR = "floor"
    EARLY = "early"
    QUIET = "quiet"


@dataclass(frozen=True)
class Heard:
    """What is known of one source."""

    since: datetime  # its last post reached us, or it began to answer again
    began_at: datetime  # it is listened to since then
    hours: Mapping[datetime, int] = field(default_factory=dict)  # posts of each hour, by its beginning in UTC
    lag: timedelta = timedelta()  # between posted and stored, at the slowest but for one in twenty
    every: timedelta = timedelta(minutes=1)

    @property
    def grace(self) -> timedelta:
        return max(GRACE, min(self.lag, LONGEST_GRACE))

    def number(self, at: datetime, length: timedelta) -> float:
        """How many came then; of part of an hour its share."""
        hour = at.replace(minute=0, second=0, microsecond=0)
        return self.hours.get(hour, 0) * (length / HOUR)

    def total(self, since: datetime, until: datetime) -> float:
        steps = (until - since) // STEP
        return sum(self.number(since + STEP * step, STEP) for step in range(steps))


@dataclass(frozen=True)
class Expectation:
    """By when a post should have come; None where nothing can be said."""

    due_at: datetime | None
    ground: Ground

    def is_missed(self, now: datetime) -> bool:
        return self.due_at is not None and now >= self.due_at


def expectation(heard: Heard, zone: ZoneInfo) -> Expectation:
    shifts = [heard.since - span.since for span in before(Span(heard.since, heard.since), zone)]
    known = [shift for shift in shifts if heard.began_at <= heard.since - shift]
    if len(known) < FEWEST_WEEKS:
        return _by_days(heard)
    return _by_weeks(heard, known)


def _by_weeks(heard: Heard, shifts: Sequence[timedelta]) -> Expectation:
    counts = [0.0] * len(shifts)
    for at in _steps(heard.since):
        for index, shift in enumerate(shifts):
            counts[index] += heard.number(at - shift, STEP)
        if _would_be_odd(counts):
            return Expectation(_not_before(heard, at + STEP), Ground.WEEKS)
    if median(counts) >= 1:
        return Expectation(heard.since + QUIET_FLOOR + heard.grace, Ground.FLOOR)
    return Expectation(None, Ground.QUIET)


def _by_days(heard: Heard) -> Expectation:
    days = [heard.since - DAY * ago for ago in range(1, MOST_DAYS + 1)]
    counts = [heard.total(day, day + DAY) for day in days if heard.began_at <= day]
    if len(counts) < FEWEST_DAYS:
        return Expectation(None, Ground.EARLY)
    if not _would_be_odd(counts):
        return Expectation(None, Ground.QUIET)
    return Expectation(_not_before(heard, heard.since + DAY), Ground.DAYS)


def _would_be_odd(counts: Sequence[float]) -> bool:
    """Whether none at all would be odd beside these: enough is usual, and hardly one of them was empty."""
    empty = sum(count < 1 for count in counts)
    return median(counts) >= ENOUGH and empty <= len(counts) // 4


def _not_before(heard: Heard, at: datetime) -> datetime:
    return max(at + heard.grace, heard.since + FLOOR, heard.since + POLLS * heard.every)


def _steps(since: datetime) -> Iterator[datetime]:
    at = since
    while at < since + WEEK:
        yield at
        at += STEP


def missed(heard: Heard, since: datetime, now: datetime, zone: ZoneInfo) -> int | None:
    """About how many posts came in the same stretch of the weeks before; None where that is not known."""
    since = max(since, now - WEEK)
    shifts = [since - span.since for span in before(Span(since, since), zone)]
    known = [shift for shift in shifts if heard.began_at <= since - shift]
    if len(known) < FEWEST_WEEKS:
        return None
    return round(median(heard.total(since - shift, now - shift) for shift in known))
