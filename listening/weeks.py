"""The same hour of the week, or the same days, in the weeks before: where "usual" is looked for. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

WEEK = timedelta(days=7)
WEEKS = 8


@dataclass(frozen=True)
class Span:
    """A stretch of time, without its last moment. `ago` says how many weeks it lies back."""

    since: datetime
    until: datetime
    ago: int = 0


def before(now: Span, zone: ZoneInfo) -> Iterator[Span]:
    """Eight spans as long, each ending when the clock on the wall showed the same on the same day.

    A clock that was put forward or back between then and now moves the moment, and not the time it shows.
    """
    length = now.until - now.since
    shown = now.until.astimezone(zone).replace(tzinfo=None)
    for ago in range(1, WEEKS + 1):
        # An hour that the clocks leapt over is the one after it; of one that came twice the first is meant.
        until = (shown - ago * WEEK).replace(tzinfo=zone).astimezone(now.until.tzinfo)
        yield Span(until - length, until, ago)
