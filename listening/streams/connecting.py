"""What a listener does next, and when one that lost its network comes back. Pure: it is given the time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from listening import failures
from listening.models import Source
from listening.sources.contract import SourceError
from listening.sources.push import Closed, TooLarge

LOOK_EVERY = timedelta(seconds=5)
"""How often the lease is renewed though nothing is told, and the settings are looked at."""

STRETCH = timedelta(seconds=60)
"""How long one row of the account is."""

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=60)
LIVED = timedelta(seconds=5)
"""A connection that ended sooner counts as one that failed, even where it was closed in an orderly way."""

TRIES_AT_TOO_LARGE = 3


class Step(Enum):
    READ = auto()
    STORE = auto()
    LOOK = auto()
    TURN = auto()
    HANG_UP = auto()
    STOP = auto()


@dataclass
class Times:
    """When things last happened on an open connection."""

    opened_at: datetime
    heard_at: datetime
    looked_at: datetime
    turned_at: datetime

    @classmethod
    def begun(cls, now: datetime) -> "Times":
        return cls(now, now, now, now)


def next_step(times: Times, now: datetime, *, silence: timedelta, is_due: bool, is_stopping: bool) -> Step:
    """The one thing to do now."""
    if is_stopping:
        return Step.STOP
    if now - times.turned_at >= STRETCH:
        return Step.TURN
    if is_due:
        return Step.STORE
    if now - times.looked_at >= LOOK_EVERY:
        return Step.LOOK
    if now - times.heard_at >= silence:
        return Step.HANG_UP
    return Step.READ


def wait(failed: int, jitter: float) -> timedelta:
    """A second after the first failure, doubling to a minute; half of it by chance."""
    longest: timedelta = min(FIRST_WAIT * 2 ** min(failed - 1, 10), LONGEST_WAIT)
    return longest * (0.5 + jitter / 2)


def is_no_failure(error: Exception, lived: timedelta) -> bool:
    """A network that restarts, as all do: it is come back to at once."""
    return isinstance(error, Closed) and lived >= LIVED


def begins_anew(error: SourceError, failed: int) -> bool:
    """Whether what cannot be read is stepped over, once it came often enough."""
    return isinstance(error, TooLarge) and failed + 1 >= TRIES_AT_TOO_LARGE


def consequences(source: Source, error: Exception, now: datetime, *, jitter: float) -> dict[str, Any]:
    """The fields of the source that change: those of a failed poll, but for how soon it is tried again."""
    fields = failures.consequences(source, error, now, jitter=jitter)
    if "limited_until" in fields or "paused_reason" in fields:
        return fields
    at = now + wait(source.failures + 1, jitter)
    if isinstance(error, SourceError) and error.retry_at:
        at = max(at, min(error.retry_at, now + failures.LONGEST_LIMIT))
    return {**fields, "next_poll_at": at}
