"""What becomes of a source that could not be asked: when it is tried again, and what its admin is told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from listening.models import Source
from listening.sources.contract import AuthFailed, Forbidden, QuotaExhausted, RateLimited, SourceError

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
UNSAID_LIMIT = timedelta(minutes=15)
"""How long a network is left alone that limits us and does not believably say until when."""

LONGEST_LIMIT = timedelta(hours=24)


@dataclass(frozen=True)
class Trouble:
    """What went wrong, in the words that the poll and its source keep."""

    kind: str
    message: str


def trouble_of(error: Exception) -> Trouble:
    if isinstance(error, SourceError):
        return Trouble(error.kind, error.message[:500])
    # The text of an unexpected error may quote a post.
    return Trouble("error", f"Something unexpected happened: {type(error).__name__}.")


def consequences(source: Source, error: Exception, now: datetime, *, jitter: float) -> dict[str, Any]:
    """The fields of the source that change, `jitter` being a number from 0 to 1. The cursor never does."""
    trouble = trouble_of(error)
    fields: dict[str, Any] = {
        "failures": source.failures + 1,
        "last_error": trouble.message,
        "last_error_kind": trouble.kind,
    }
    if _is_limit(error):
        until = limit(error.retry_at if isinstance(error, SourceError) else None, now)
        return {**fields, "limited_until": until, "next_poll_at": max(until, source.next_poll_at)}
    if isinstance(error, AuthFailed | QuotaExhausted | Forbidden):
        return {**fields, "paused_reason": trouble.message[:300] or "The network refuses to answer."}
    wait = backoff(source.failures + 1, jitter)
    at = max(now + wait, source.next_poll_at)
    if isinstance(error, SourceError) and error.retry_at:
        at = max(at, min(error.retry_at, now + LONGEST_LIMIT))
    return {**fields, "next_poll_at": at}


def _is_limit(error: Exception) -> bool:
    # A quota that says when it is filled again needs nobody to act.
    return isinstance(error, RateLimited) or (
        isinstance(error, QuotaExhausted) and error.retry_at is not None
    )


def limit(retry_at: datetime | None, now: datetime) -> datetime:
    if retry_at is None or retry_at <= now:
        return now + UNSAID_LIMIT
    return min(retry_at, now + LONGEST_LIMIT)


def backoff(failures: int, jitter: float) -> timedelta:
    """30 s after the first failure, doubling to 15 min; a quarter more at most, so that sources do not all
    come back in one moment."""
    wait: timedelta = FIRST_WAIT * 2 ** min(failures - 1, 10)
    return min(wait * (1 + jitter / 4), LONGEST_WAIT)
