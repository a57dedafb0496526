"""Lengths of time as people write them: "2 h", "1 h 30 min", "45 min", "10 s". Pure."""

import re
from datetime import timedelta

UNITS = {"h": 3600, "min": 60, "s": 1}
PART = re.compile(r"\s*(\d{1,5})\s*(h|min|s)(?![a-z])\s*", re.IGNORECASE)
NO_DAYS = "Say it in h, min or s: a day has as many hours as people are there."


class BadSpan(ValueError):
    """Why a length of time cannot be read."""


def read(text: str) -> timedelta:
    seconds, at, before = 0, 0, 4000
    for found in PART.finditer(text):
        unit = UNITS[found.group(2).lower()]
        if found.start() != at or unit >= before:
            break
        seconds += int(found.group(1)) * unit
        at, before = found.end(), unit
    if at != len(text) or not text.strip():
        raise BadSpan(f"“{text.strip()[:30]}” is no length of time, as in “2 h” or “1 h 30 min”. {NO_DAYS}")
    return timedelta(seconds=seconds)


def write(length: timedelta) -> str:
    left = int(length.total_seconds())
    parts = []
    for unit, seconds in UNITS.items():
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 min"
