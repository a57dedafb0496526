"""Business hours as people write them: "Mon-Fri 08:00-12:00, 13:00-17:30; Sat 09:00-12:00". Pure.

Days stand before their periods, groups of days are apart by a semicolon or a new line. A day that is not
named is closed. Nothing at all is around the clock.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_END = 24 * 60
LONGEST = 400

Period = tuple[int, int]
"""From and until, in minutes since midnight by the clock on the wall."""

Week = tuple[tuple[Period, ...], ...]
"""The periods of each day, Monday first, in order and apart."""

DAY_WORDS = re.compile(r"\s*([^\W\d_]+)(?:\s*[-–]\s*([^\W\d_]+))?\s*")
PERIOD = re.compile(r"\s*(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})\s*")


class BadHours(ValueError):
    """Why hours cannot be read, and between which characters."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(f"{message} It stands at character {start + 1}.")
        self.start, self.end = start, end


@dataclass
class _Part:
    text: str
    at: int  # where it begins in the whole

    def bad(self, message: str) -> BadHours:
        leading = len(self.text) - len(self.text.lstrip())
        return BadHours(message, self.at + leading, self.at + len(self.text.rstrip()))

    @property
    def said(self) -> str:
        return f"“{self.text.strip()[:30]}”"


@lru_cache(maxsize=256)
def read(text: str) -> Week | None:
    """The hours of a week; None for around the clock."""
    if not text.strip():
        return None
    if len(text) > LONGEST:
        raise BadHours(f"Hours take at most {LONGEST} characters.", LONGEST, len(text))
    days: dict[int, list[Period]] = {}
    for group in _parts(text, 0, ";\n"):
        named, periods = _group(group)
        for day in named:
            if day in days:
                raise group.bad(f"{DAYS[day]} is named twice.")
            days[day] = periods
    if not days:
        raise BadHours("No day is named.", 0, len(text))
    return tuple(tuple(days.get(day, ())) for day in range(7))


def write(week: Week | None) -> str:
    """The shortest way to say it, which reads back as the same."""
    if week is None:
        return ""
    groups: list[tuple[int, int]] = []
    for day, periods in enumerate(week):
        if not periods:
            continue
        if groups and groups[-1][1] == day - 1 and week[day - 1] == periods:
            groups[-1] = (groups[-1][0], day)
        else:
            groups.append((day, day))
    return "; ".join(f"{_days(first, last)} {_periods(week[first])}" for first, last in groups)


def _group(group: _Part) -> tuple[list[int], list[Period]]:
    """The days of one group, and the periods that they all have."""
    named: list[int] = []
    periods: list[Period] = []
    for part in _parts(group.text, group.at, ","):
        if not periods and (words := DAY_WORDS.match(part.text)):
            named += _named(_Part(words.group(0), part.at), words)
            part = _Part(part.text[words.end() :], part.at + words.end())
            if not part.text:
                continue
        periods.append(_period(part, periods))
    if not named:
        raise group.bad(f"Say the day before the time in {group.said}, as in “Mon-Fri 08:00-17:00”.")
    if not periods:
        raise group.bad(f"{group.said} has no times, as in “08:00-17:00”. Leave a closed day out.")
    return named, periods


def _named(part: _Part, words: re.Match[str]) -> list[int]:
    first = _day(words.group(1), part)
    if words.group(2) is None:
        return [first]
    last = _day(words.group(2), part)
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def _day(word: str, part: _Part) -> int:
    found = [at for at, full in enumerate(FULL) if len(word) >= 2 and full.startswith(word.casefold())]
    if len(found) != 1:
        raise part.bad(f"“{word[:30]}” is no day. Days are {', '.join(DAYS)}.")
    return found[0]


def _period(part: _Part, before: list[Period]) -> Period:
    found = PERIOD.fullmatch(part.text)
    if found is None:
        raise part.bad(f"{part.said} is no period, as in “08:00-12:00”.")
    hours = [int(number) for number in found.groups()]
    start, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    if max(hours[1], hours[3]) > 59 or start >= DAY_END or end > DAY_END:
        raise part.bad(f"{part.said} is no time of day.")
    if start >= end:
        raise part.bad(
            f"{part.said} ends before it begins. A night is two periods: until 24:00, and from 00:00."
        )
    if before and start < before[-1][1]:
        raise part.bad(f"{part.said} begins before the period before it has ended.")
    return start, end


def _parts(text: str, at: int, marks: str) -> list[_Part]:
    """What stands between the marks and says something."""
    found, start = [], 0
    for end, letter in enumerate([*text, marks[0]]):
        if letter in marks:
            if text[start:end].strip():
                found.append(_Part(text[start:end], at + start))
            start = end + 1
    return found


def _days(first: int, last: int) -> str:
    return DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"


def _periods(periods: tuple[Period, ...]) -> str:
    return ", ".join(f"{_time(start)}-{_time(end)}" for start, end in periods)


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
