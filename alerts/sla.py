"""By when people are owed an answer, counted in business hours. Pure: the clock, zone and hours are given.

Business time runs while a period is open and stands still otherwise. Periods are said by the clock on the
wall, so their length changes twice a year: an hour that a clock skips is not there, and one that it shows
twice counts twice, for somebody works in both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from alerts.hours import DAY_END, Week

ZERO = timedelta(0)
A_DAY = timedelta(days=1)
FARTHEST = timedelta(days=3660)
"""Nothing is owed later than this: hours of which holidays leave nothing would have no end."""

LEVELS: dict[str, timedelta] = {"P0": timedelta(minutes=5), "P1": timedelta(minutes=15)}
"""What is answered so soon by day and by night, whatever the hours of its queue are."""

P2_WITHIN = timedelta(hours=1)
"""Business time. P3 is owed by the end of the next working day, P4 nothing beyond its queue's target."""

SLOW_NETWORKS = frozenset(
    {
        "facebook",
        "instagram",
        "linkedin",
        "google",
        "yelp",
        "trustpilot",
        "careopinion",
        "healthgrades",
        "rss",
        "news",
    }
)
"""Where people expect an answer within a day; elsewhere they expect it within hours."""


@dataclass(frozen=True)
class Calendar:
    """When the clock of a queue runs. Without a week it always does, holidays among it."""

    zone: ZoneInfo
    week: Week | None = None
    holidays: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        return self.week is None or (bool(self.week[day.weekday()]) and day not in self.holidays)


@dataclass(frozen=True)
class Targets:
    """How soon a queue owes each answer, in its business time."""

    first: timedelta
    next: timedelta
    resolve: timedelta
    first_if_slow: timedelta | None = None  # on networks where people expect a day


def elapsed(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Business time between two moments; below zero when the second is the earlier."""
    if end < start:
        return -elapsed(end, start, calendar)
    if calendar.week is None:
        return end - start
    counted = ZERO
    for opens, closes in _spans(start, calendar):
        if opens >= end:
            break
        counted += min(closes, end) - opens
    return counted


def due_at(start: datetime, within: timedelta, calendar: Calendar) -> datetime:
    """The first moment at which so much business time has passed."""
    if calendar.week is None or within <= ZERO:
        return start + within
    left = within
    for opens, closes in _spans(start, calendar):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    return start + FARTHEST


def is_running(moment: datetime, calendar: Calendar) -> bool:
    return calendar.week is None or next(_spans(moment, calendar), (None, None))[0] == moment


def first_due_at(
    start: datetime, targets: Targets, calendar: Calendar, *, level: str = "", network: str = ""
) -> datetime:
    """By the queue's target or by the level of the post, whichever is sooner."""
    within = targets.first
    if targets.first_if_slow is not None and network in SLOW_NETWORKS:
        within = targets.first_if_slow
    due = due_at(start, within, calendar)
    by_level = _by_level(start, level, calendar)
    return due if by_level is None else min(due, by_level)


def _by_level(start: datetime, level: str, calendar: Calendar) -> datetime | None:
    if level in LEVELS:
        return start + LEVELS[level]
    if level == "P2":
        return due_at(start, P2_WITHIN, calendar)
    return end_of_next_working_day(start, calendar) if level == "P3" else None


def end_of_next_working_day(start: datetime, calendar: Calendar) -> datetime:
    """When the first working day after that of a moment ends."""
    today = start.astimezone(calendar.zone).date()
    for step in range(1, FARTHEST.days):
        open_on = _open_on(today + step * A_DAY, calendar)
        if open_on:
            return open_on[-1][1]
    return start + FARTHEST


def _spans(start: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """Open stretches of time from a moment on, cut at it, in order and apart."""
    start = start.astimezone(UTC)
    day = start.astimezone(calendar.zone).date() - A_DAY
    until = day + FARTHEST
    passed = start
    while day <= until:
        for opens, closes in _open_on(day, calendar):
            opens = max(opens, passed)
            if opens < closes:
                yield opens, closes
                passed = closes
        day += A_DAY


@lru_cache(maxsize=8192)
def _open_on(day: date, calendar: Calendar) -> tuple[tuple[datetime, datetime], ...]:
    """The stretches of time in which the clock on the wall shows this day, and an open period of it."""
    periods = ((0, DAY_END),) if calendar.week is None else calendar.week[day.weekday()]
    if not periods or not calendar.is_working_day(day):
        return ()
    midnight = datetime.combine(day, time(), UTC)
    found = []
    for begins, ends, offset in _stretches(day, calendar.zone):
        for start, end in periods:
            opens = max(begins, midnight + timedelta(minutes=start) - offset)
            closes = min(ends, midnight + timedelta(minutes=end) - offset)
            if opens < closes:
                found.append((opens, closes))
    return tuple(found)


def _stretches(day: date, zone: ZoneInfo) -> list[tuple[datetime, datetime, timedelta]]:
    """From when until when which offset holds, around one day: one stretch, or two where the clock jumps."""
    edges = [
        datetime.combine(each, time(), zone).replace(fold=fold).astimezone(UTC)
        for each in (day, day + A_DAY)
        for fold in (0, 1)
    ]
    begins, ends = min(edges), max(edges)
    before, after = _offset(begins, zone), _offset(ends, zone)
    if before == after:
        return [(begins, ends, before)]
    jump = _jump(begins, ends, zone)
    return [(begins, jump, before), (jump, ends, after)]


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the offset changes between two moments."""
    offset = _offset(before, zone)
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) // 2).replace(microsecond=0)
        if _offset(middle, zone) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or ZERO
