"""What a report must look like. Pure: an entry goes in, a Report or a Wrong comes out.

service  the slug of a service                 at     ISO 8601 with its zone, "2026-03-02T12:00:00-05:00"
value    a number in the service's unit        words  up to 80 characters
trouble  true or false                         until  as `at`: known to end then
"""

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

KNOWN = ("service", "at", "value", "words", "trouble", "until")
LONGEST_WORDS = 80
LARGEST = 1e9
AHEAD = timedelta(minutes=2)
"""How far the clock of whoever reports may go before ours."""
OLDEST = timedelta(days=7)
LONGEST_PLAN = timedelta(days=90)
# They turn the direction of what stands beside them.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Wrong:
    """Something that cannot be taken, and where it stands."""

    place: str
    words: str

    def __str__(self) -> str:
        return f"{self.place}: {self.words}"


@dataclass(frozen=True)
class Report:
    """An entry that is well formed. Whether there is such a service is not known here."""

    place: str
    service: str
    at: datetime
    value: float | None = None
    words: str = ""
    is_trouble: bool = False
    until_at: datetime | None = None


class Unreadable(ValueError):
    """What came as a whole cannot be read; the message says why."""


class _Bad(ValueError):
    def __init__(self, field: str, words: str) -> None:
        self.field, self.words = field, words


def read(entry: object, place: str, now: datetime) -> Report | Wrong:
    if not isinstance(entry, Mapping):
        return Wrong(place, 'a report is an object, as {"service": "ed-wait", "at": "...", "value": 95}')
    try:
        _known(entry)
        value, words = _value(entry.get("value")), _words(entry.get("words"))
        if value is None and not words:
            raise _Bad("value", "say a value, words, or both")
        at = _at(entry.get("at"), now)
        until_at = _until(entry.get("until"), at)
        return Report(place, _service(entry.get("service")), at, value, words, _trouble(entry), until_at)
    except _Bad as error:
        return Wrong(f"{place}, {error.field}", error.words)


def _known(entry: Mapping[Any, Any]) -> None:
    for name in entry:
        if name not in KNOWN:
            raise _Bad(shown(name), f"there is no such field; the fields are {', '.join(KNOWN)}")


def _service(said: object) -> str:
    if not isinstance(said, str) or not said or len(said) > 60:
        raise _Bad("service", "say the service by its short name, as it stands on the page of services")
    return said


def _at(said: object, now: datetime) -> datetime:
    at = _moment(said, "at")
    if at > now + AHEAD:
        raise _Bad("at", f"{shown(said)} has not come yet; set the clock of the machine that reports")
    if at < now - OLDEST:
        raise _Bad("at", f"{shown(said)} is more than {OLDEST.days} days ago")
    return at


def _until(said: object, at: datetime) -> datetime | None:
    if said is None:
        return None
    until = _moment(said, "until")
    if not at < until <= at + LONGEST_PLAN:
        raise _Bad("until", f"it must come after `at`, and at most {LONGEST_PLAN.days} days after")
    return until


def _moment(said: object, field: str) -> datetime:
    if isinstance(said, datetime):
        return said
    example = 'write it as "2026-03-02T12:00:00-05:00"'
    if not isinstance(said, str):
        raise _Bad(field, f"the time is missing; {example}")
    try:
        found = parse_datetime(said.strip())
        offset = found.utcoffset() if found else None
        # Some times at either end of the calendar cannot be moved to another zone.
        usable = found is not None and 1970 <= found.year < 9999
    except (ValueError, OverflowError):
        found, offset, usable = None, None, False
    if found is None or not usable:
        raise _Bad(field, f"{shown(said)} is not a time; {example}")
    if offset is None:
        raise _Bad(field, f"{shown(said)} does not say its zone; {example}")
    return found


def _value(said: object) -> float | None:
    if said is None:
        return None
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise _Bad("value", f"{shown(said)} is not a number")
    if not -LARGEST <= said <= LARGEST or not math.isfinite(said):
        raise _Bad("value", f"{shown(said)} is no number that a service can have")
    return float(said)


def _words(said: object) -> str:
    if said is None:
        return ""
    if not isinstance(said, str):
        raise _Bad("words", f"{shown(said)} is not text")
    words = " ".join(said.split())
    if len(words) > LONGEST_WORDS:
        raise _Bad("words", f"they have {len(words)} characters; a tile has room for {LONGEST_WORDS}")
    if not is_clean(words):
        raise _Bad("words", "they hold a character that cannot be shown")
    return words


def _trouble(entry: Mapping[Any, Any]) -> bool:
    said = entry.get("trouble", False)
    if not isinstance(said, bool):
        raise _Bad("trouble", f"{shown(said)} is neither true nor false")
    return said


def is_clean(words: str) -> bool:
    return not any(
        unicodedata.category(each) in ("Cc", "Cs", "Cn", "Co") or each in TURNING for each in words
    )


def shown(said: object) -> str:
    """What somebody sent, short and harmless enough to stand in an answer."""
    text = repr(said)[:60] if not isinstance(said, str) else said[:60]
    return '"' + "".join(each if is_clean(each) else "\ufffd" for each in text) + '"'
