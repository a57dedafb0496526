"""When a process that died is started again, and when that is given up."""

from collections.abc import Sequence
from datetime import timedelta

WINDOW = timedelta(minutes=1)
DEATHS_ALLOWED = 4
FIRST_DELAY = timedelta(seconds=0.5)


def delay_after(deaths: Sequence[float], now: float) -> timedelta | None:
    """How long to wait after the latest of these deaths (seconds on one clock); None is the end."""
    recent = [death for death in deaths if now - death < WINDOW.total_seconds()]
    if len(recent) > DEATHS_ALLOWED:
        return None
    doublings = max(len(recent) - 1, 0)
    return FIRST_DELAY * (1 << doublings)
