"""When people post: a local day with a morning and an evening peak, quiet at night but never silent."""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

HOURS = (
    0.45, 0.35, 0.28, 0.25, 0.28, 0.45, 0.85, 1.40, 1.75, 1.60, 1.40, 1.35,
    1.40, 1.25, 1.20, 1.25, 1.35, 1.55, 1.70, 1.75, 1.60, 1.35, 0.95, 0.65,
)  # fmt: skip
BINS = 96


def weight(hour: float) -> float:
    """How busy it is at an hour of the day, straight lines between the full hours."""
    whole = int(hour) % 24
    part = hour - int(hour)
    return HOURS[whole] * (1 - part) + HOURS[(whole + 1) % 24] * part


_SUMS = [0.0, *accumulate(weight(24 * (number + 0.5) / BINS) for number in range(BINS))]
SHARE = [total / _SUMS[-1] for total in _SUMS]
"""What part of the day's posts has been written by the end of each bin."""


@lru_cache(maxsize=64)
def bounds(day: date, zone: ZoneInfo) -> tuple[int, int]:
    """First and last millisecond of a local day; 23 or 25 hours apart when the clocks change."""
    return midnight(day, zone), midnight(day + timedelta(days=1), zone)


def midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)


def day_of(milliseconds: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(zone).date()


def share_by(milliseconds: int, day: date, zone: ZoneInfo) -> float:
    start, end = bounds(day, zone)
    position = min(max((milliseconds - start) / (end - start), 0.0), 1.0) * BINS
    bin_ = min(int(position), BINS - 1)
    return SHARE[bin_] + (SHARE[bin_ + 1] - SHARE[bin_]) * (position - bin_)


def moment_at(share: float, day: date, zone: ZoneInfo) -> int:
    """The other way round: when that part of the day's posts has been written."""
    start, end = bounds(day, zone)
    bin_ = min(bisect_right(SHARE, share), BINS) - 1
    part = (share - SHARE[bin_]) / (SHARE[bin_ + 1] - SHARE[bin_])
    return start + int((bin_ + part) / BINS * (end - start))
