"""A downtime calendar (ICS, RFC 5545): what is planned now, and what comes next. Pure.

icalendar reads it and recurring-ical-events repeats what repeats; both are kept well, and time zones, their
Windows names and the changes of the clocks are theirs. A time without a zone is one of the hospital's clocks.
An event that cannot be read is told by its name, and stops no neighbour.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

import recurring_ical_events
from icalendar import Calendar, Event

from hospital.feeds import schema
from hospital.feeds.schema import Unreadable, Wrong

MOST_BYTES = 1_000_000
MOST_EVENTS = 500
MOST_RULES = 100
AHEAD = timedelta(days=14)
NONE_PLANNED = "None planned"
# What these repeat by always comes again soon: the repeating of others may be looked for until the year 9999.
REPEATS = {
    "DAILY": {"BYDAY", "BYMONTH"},
    "WEEKLY": {"BYDAY", "BYMONTH"},
    "MONTHLY": {"BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"},
    "YEARLY": {"BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"},
}
PLAIN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
EARLIEST = 1990


@dataclass(frozen=True)
class Planned:
    """One downtime."""

    name: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Plan:
    """The downtimes of the next days and those that go on, in their order; and what could not be read."""

    planned: Sequence[Planned]
    wrong: Sequence[Wrong]

    def entry(self, service: str, now: datetime, zone: tzinfo) -> dict[str, object]:
        """What the calendar reports now, as any other feed would."""
        going_on = [each for each in self.planned if each.starts_at <= now < each.ends_at]
        said: dict[str, object] = {"service": service, "at": now.replace(microsecond=0)}
        if not going_on:
            return {**said, "words": self._next(now, zone)}
        last = max(going_on, key=lambda each: each.ends_at)
        until = min(last.ends_at, now + schema.LONGEST_PLAN - timedelta(days=1))
        return {**said, "words": last.name, "trouble": True, "until": until}

    def _next(self, now: datetime, zone: tzinfo) -> str:
        coming = [each.starts_at for each in self.planned if each.starts_at > now]
        if not coming:
            return NONE_PLANNED
        first = min(coming)
        is_near = first - now < timedelta(days=6)
        return (
            f"Next {first.astimezone(zone):%a %H:%M}" if is_near else f"Next {first.astimezone(zone):%-d %b}"
        )


def read(text: str, zone: tzinfo, now: datetime) -> Plan:
    series = _series(_calendar(text))
    planned: list[Planned] = []
    wrong: list[Wrong] = []
    for uid, events in series.items():
        # A person finds an event by what it is called.
        place = f"event {schema.shown(str(events[0].get('SUMMARY') or uid))}"
        try:
            planned += _planned(events, zone, now)
        except Unreadable as error:
            wrong.append(Wrong(place, str(error)))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, ArithmeticError):
            wrong.append(Wrong(place, "its start, end or repetition cannot be read"))
    return Plan(sorted(planned, key=lambda each: (each.starts_at, each.ends_at, each.name)), wrong)


def text_of(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise Unreadable(f"It has more than {MOST_BYTES // 1_000_000} MB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("It is not UTF-8.") from None
    if "\0" in text or not text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        raise Unreadable("It is no calendar: it does not begin with BEGIN:VCALENDAR.")
    return text


def _calendar(text: str) -> Calendar:
    try:
        read = Calendar.from_ical(text)
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise Unreadable("It is a calendar with a line that cannot be read.") from None
    if not isinstance(read, Calendar):
        raise Unreadable("It is no calendar.")
    return read


def _series(calendar: Calendar) -> dict[str, list[Event]]:
    """Events by what they are one series with: the changed ones of a series bear its identifier."""
    events = [each for each in calendar.walk("VEVENT") if isinstance(each, Event)]
    if len(events) > MOST_EVENTS or sum("RRULE" in event for event in events) > MOST_RULES:
        raise Unreadable(f"It has more than {MOST_EVENTS} events, or {MOST_RULES} that repeat.")
    series: dict[str, list[Event]] = defaultdict(list)
    for number, event in enumerate(events, 1):
        series[str(event.get("UID") or f"number {number}")].append(event)
    return series


def _planned(events: Sequence[Event], zone: tzinfo, now: datetime) -> Iterator[Planned]:
    alone = Calendar()
    for event in events:
        _check(event)
        alone.add_component(event)
    # A day more on either side: a time without a zone is put into ours only here.
    occurred = recurring_ical_events.of(alone).between(now - timedelta(days=2), now + AHEAD)
    for each in occurred:
        starts_at, ends_at = _span(each.start, each.end, zone)
        if now < ends_at and starts_at < ends_at and str(each.get("STATUS", "")).upper() != "CANCELLED":
            yield Planned(_name(each), starts_at, ends_at)


def _span(start: date, end: date, zone: tzinfo) -> tuple[datetime, datetime]:
    local = _moment(start, zone), _moment(end, zone)
    starts_at, ends_at = (each.astimezone(UTC) for each in local)
    if ends_at <= starts_at and local[0].tzinfo == local[1].tzinfo:
        # It begins in the hour that is left out when the clocks go forward: it lasts as long as it says.
        ends_at = starts_at + (local[1] - local[0])
    return starts_at, ends_at


def _check(event: Event) -> None:
    for name, _ in event.errors:
        if name in ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"):
            raise Unreadable(f"its {name} cannot be read")
    if "DTSTART" not in event:
        raise Unreadable("it has no start (DTSTART)")
    for name in ("DTSTART", "DTEND"):
        said: Any = event.get(name)
        zone = said.params.get("TZID") if said is not None else None
        if zone and isinstance(said.dt, datetime) and said.dt.tzinfo is None:
            raise Unreadable(f"its time zone {schema.shown(str(zone))} is not known")
    if event.start.year < EARLIEST:
        raise Unreadable(f"it begins before {EARLIEST}")
    rules: Any = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        _check_rule(rule)


def _check_rule(rule: dict[str, list[object]]) -> None:
    often = str((rule.get("FREQ") or [""])[0]).upper()
    if often not in REPEATS:
        raise Unreadable("it repeats by something other than days, weeks, months or years")
    strange = set(rule) - REPEATS[often] - PLAIN
    if strange:
        raise Unreadable(f"it repeats by {', '.join(sorted(strange))}, which is not read here")
    if any(not isinstance(each, int) or each < 1 for each in rule.get("INTERVAL", [])):
        raise Unreadable("it repeats at no interval")


def _moment(said: date, zone: tzinfo) -> datetime:
    """A day begins with it, by the hospital's clocks."""
    if not isinstance(said, datetime):
        return datetime.combine(said, time(), zone)
    return said if said.tzinfo else said.replace(tzinfo=zone)


def _name(event: Event) -> str:
    words = " ".join(str(event.get("SUMMARY") or "Planned downtime").split())
    clean = "".join(each if schema.is_clean(each) else "\ufffd" for each in words)
    return clean if len(clean) <= schema.LONGEST_WORDS else clean[: schema.LONGEST_WORDS - 1] + "…"
