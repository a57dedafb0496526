"""Days off, as a simple list: one a line, the date and then its name."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction

from alerts import clocks
from alerts.models import Holiday
from hospital import audit
from hospital.models import Facility

MAX_DAYS = 1_000
LONGEST_NAME = 80
LINE = re.compile(r"(\d{4}-\d{2}-\d{2})\s*[,;:\t ]\s*(.+)")
AS_IN = "as in “2026-12-25 Christmas Day”"


class BadHolidays(ValueError):
    """Why a list of days cannot be read, and on which line."""


def read(text: str) -> dict[date, str]:
    """Days and their names, in order. Lines that are empty or begin with # say nothing."""
    found: dict[date, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        said = _unquoted(line).strip()
        if not said or said.startswith("#"):
            continue
        day, name = _read_line(said, number)
        if day in found:
            raise BadHolidays(f"Line {number}: {day} stands there already, as “{found[day]}”.")
        if len(found) >= MAX_DAYS:
            raise BadHolidays(f"Line {number}: a list has at most {MAX_DAYS:,} days.")
        found[day] = name
    return dict(sorted(found.items()))


def write(days: dict[date, str]) -> str:
    return "\n".join(f"{day:%Y-%m-%d} {name}" for day, name in days.items())


def kept(facility: Facility | None) -> dict[date, str]:
    return dict(Holiday.objects.filter(facility=facility).values_list("day", "name"))


@transaction.atomic
def save(days: dict[date, str], *, facility: Facility | None, by: User, at: datetime) -> list[str]:
    """Put this list in the place of that facility's (None: of all); what changed, in words."""
    before = kept(facility)
    changes = list(_changes(before, days))
    if not changes:
        return []
    where = facility.slug if facility else "all"
    Holiday.objects.filter(facility=facility).delete()
    Holiday.objects.bulk_create(Holiday(day=day, name=name, facility=facility) for day, name in days.items())
    audit.record("holidays.save", f"holidays {where}", by=by, at=at, changes=changes[:100])
    clocks.begin_anew(f"Holidays of {facility or 'all facilities'}", by=by, at=at)
    return changes


def _changes(before: dict[date, str], after: dict[date, str]) -> Iterator[str]:
    for day in sorted({*before, *after}):
        if before.get(day) != after.get(day):
            yield f"{day:%Y-%m-%d} {after.get(day) or 'taken away: ' + before[day]}"


def _read_line(said: str, number: int) -> tuple[date, str]:
    parts = LINE.fullmatch(said)
    if parts is None:
        raise BadHolidays(f"Line {number}: “{said[:40]}” is no date and name, {AS_IN}.")
    try:
        day = date.fromisoformat(parts.group(1))
    except ValueError:
        raise BadHolidays(f"Line {number}: there is no {parts.group(1)}.") from None
    name = " ".join(parts.group(2).replace("\0", "").split())
    if not name or len(name) > LONGEST_NAME:
        raise BadHolidays(f"Line {number}: a name has 1 to {LONGEST_NAME} characters.")
    return day, name


def _unquoted(line: str) -> str:
    """A line out of a spreadsheet is as good as one that was typed."""
    if '"' not in line:
        return line
    return " ".join(next(csv.reader(io.StringIO(line)), []))
