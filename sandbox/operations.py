"""How the invented health system runs: its services by day and night, and in a storm.

A storm of kind `ed` drives the wait of the hospital it is about over its limit some minutes after it begins;
one of kind `portal` is noticed late: the posts come first, and the status page says "Down" only then.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from math import pi, sin
from random import Random
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import rhythm
from sandbox.answers import json_answer, town_of
from sandbox.storms import Storm

STEP = 30_000  # a report every half minute
HISTORY = 3 * 60 * 60_000
PAST_STEP = 10 * 60_000
MINUTE, HOUR = 60_000, 3_600_000
LATE = 4 * MINUTE
"""After a storm began: when a portal's status page notices, and when a wait has passed its limit."""
LATE_SHARE = 0.4
AFTERMATH = 20 * MINUTE
SILENCE = 6 * HOUR, 50 * MINUTE
"""The parking counter falls silent once in each of these spans, for so long."""


def reports(storms: Sequence[Storm], seed: str, zone: ZoneInfo, now: int) -> list[dict[str, object]]:
    """What each service says now, after some of what it said in the last hours."""
    newest = now - now % STEP
    moments = [*range(newest - newest % PAST_STEP - HISTORY, newest, PAST_STEP), newest]
    return [report for at in moments for report in at_moment(storms, seed, zone, at)]


def at_moment(storms: Sequence[Storm], seed: str, zone: ZoneInfo, at: int) -> Iterator[dict[str, object]]:
    stamp = datetime.fromtimestamp(at / 1000, UTC).isoformat()
    busy = rhythm.weight(hour_of(at, zone))
    storm, flood = swell(storms, "ed", at), swell(storms, "portal", at)
    is_down = has_gone_down(storms, at)

    def wandering(name: str, most: float) -> float:
        return drift(seed, name, at, most)

    wait = 62 * (0.45 + 0.5 * busy) + 190 * storm + wandering("north-ed-wait", 4)
    yield {"service": "north-ed-wait", "at": stamp, "value": round(wait)}
    yield {
        "service": "north-divert",
        "at": stamp,
        "words": "On divert" if storm > 0.9 else "None",
        "trouble": storm > 0.9,
    }
    for name, free, taken in (("main-beds", 19, 5), ("womens-rooms", 8, 2), ("rehab-beds", 11, 1)):
        value = max(0, round(free - taken * busy - 4 * storm + wandering(name, 1.5)))
        yield {"service": name, "at": stamp, "value": value}
    yield {"service": "portal", "at": stamp, "words": "Down" if is_down else "Up", "trouble": is_down}
    calls = 1 + 2 * busy + 6 * flood + wandering("west-phones", 0.8)
    yield {"service": "west-phones", "at": stamp, "value": max(0, round(calls))}
    if not is_silent(at):
        yield {"service": "main-parking", "at": stamp, "value": round(parking(seed, zone, at))}


def hour_of(at: int, zone: ZoneInfo) -> float:
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
    return local.hour + local.minute / 60


def swell(storms: Sequence[Storm], kind: str, at: int) -> float:
    """How far the storms of a kind have carried a service, from 0 to 1: up while they blow, then down."""
    return max((_swell(storm, at) for storm in storms if storm.kind == kind), default=0.0)


def _swell(storm: Storm, at: int) -> float:
    rising = at - storm.at - delay(storm) / 2
    if rising <= 0:
        return 0.0
    full = min(1.0, rising / delay(storm))
    return full if at <= storm.end else max(0.0, full - (at - storm.end) / AFTERMATH)


def delay(storm: Storm) -> float:
    return max(1.0, min(LATE, LATE_SHARE * (storm.end - storm.at)))


def has_gone_down(storms: Sequence[Storm], at: int) -> bool:
    portal = (storm for storm in storms if storm.kind == "portal")
    return any(storm.at + delay(storm) <= at < storm.end + MINUTE for storm in portal)


def drift(seed: str, name: str, at: int, most: float) -> float:
    """A slow wandering, the same whenever it is asked for."""
    phase = Random(f"{seed}:operations:{name}").random() * 2 * pi
    return most * (0.7 * sin(at / (17 * MINUTE) + phase) + 0.3 * sin(at / (5 * MINUTE) + 2 * phase))


def parking(seed: str, zone: ZoneInfo, at: int) -> float:
    return min(99.0, max(3.0, 12 + 46 * rhythm.weight(hour_of(at, zone)) + drift(seed, "parking", at, 5)))


def is_silent(at: int) -> bool:
    every, spell = SILENCE
    return at % every < spell


def downtimes(now: int, zone: ZoneInfo) -> str:
    """A calendar: an update each Sunday at two, and a short check today."""
    day = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone).date()
    sunday = day - timedelta(days=(day.weekday() + 1) % 7 + 28)
    weekly = (f"DTSTART;TZID={zone.key}:{sunday:%Y%m%d}T020000", "DURATION:PT2H", "RRULE:FREQ=WEEKLY")
    today = (f"DTSTART;TZID={zone.key}:{day:%Y%m%d}T121500", "DURATION:PT20M")
    events = (("weekly", "Records system update", weekly), ("today", "Imaging archive check", today))
    stamp = f"DTSTAMP:{datetime.fromtimestamp(now / 1000, UTC):%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Northfield Health//Downtimes//EN"]
    for uid, name, when in events:
        known = (f"UID:{uid}@northfield.example", f"SUMMARY:{name}", stamp)
        lines += ["BEGIN:VEVENT", *known, *when, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


async def status(request: Request) -> Response:
    town = town_of(request)
    told = reports(town.records.storms, town.stream.seed, town.world.zone, town.now())
    return json_answer({"reports": told})


async def calendar(request: Request) -> Response:
    town = town_of(request)
    return Response(downtimes(town.now(), town.world.zone), media_type="text/calendar; charset=utf-8")


routes = [
    Route("/operations.json", status, name="operations.status"),
    Route("/operations.ics", calendar, name="operations.calendar"),
]
