"""The clock of a case in words: how much is left of what, and until when exactly."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import localtime

from alerts import clocks, hours, sla
from alerts.clocks import Calendars, Clock
from alerts.models import Case
from alerts.sla import Calendar

SOON = timedelta(minutes=15)
LONG = timedelta(hours=99)
OWED = {
    Clock.FIRST: ("to first reply", "First reply owed by"),
    Clock.NEXT: ("to next reply", "Next reply owed by"),
    Clock.RESOLVE: ("to be closed", "To be closed by"),
}


@dataclass(frozen=True)
class Ticking:
    left: str
    owed: str  # what the time is left for
    title: str
    is_soon: bool = False


def of(case: Case, calendars: Calendars, now: datetime) -> Ticking:
    clock = clocks.running(case)
    if clock is Clock.DONE:
        return Ticking("Done", "", "No clock runs: closed")
    if clock is Clock.PAUSED:
        until = moment(case.waiting_until or now)
        return Ticking(
            "paused", "waits on the author", f"No clock runs while the author is waited for, until {until}"
        )
    calendar = calendars.of(case.queue.policy, case.facility_id)
    left = sla.elapsed(now, case.due_at, calendar)
    owed, by = OWED[clock]
    title = f"{by} {moment(case.due_at)}, counted in {counted_in(calendar)}"
    # Owed at a time at which nobody works: it is late when it has passed, not when work begins again.
    is_late = case.due_at < now
    return Ticking(late(left) if is_late else f"{span(left)} left", owed, title, is_late or left < SOON)


def late(left: timedelta) -> str:
    return f"late {span(-left)}"


def moment(at: datetime) -> str:
    local = localtime(at)
    return f"{local:%a} {local.day} {local:%b %H:%M %Z}"


def counted_in(calendar: Calendar) -> str:
    if calendar.week is None:
        return "hours around the clock"
    return f"business hours ({hours.write(calendar.week)})"


def span(length: timedelta) -> str:
    """12m, 1h 05, 7h, 6d: short enough for a fixed column."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes}m"
    whole, minutes = divmod(minutes, 60)
    if length > LONG:
        return f"{whole // 24}d"
    return f"{whole}h {minutes:02}" if whole < 3 else f"{whole}h"
