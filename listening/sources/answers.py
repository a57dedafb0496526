"""What an HTTP answer means: the error it stands for, when to come back, how much is left.

Everything here is pure. Messages are for an administrator and hold nothing the server said, which could be
a secret or a patient's words; `raw` holds the beginning of what it said.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Forbidden,
    QuotaExhausted,
    Rate,
    RateLimited,
    SourceError,
    Unavailable,
)
from listening.sources.reading import moment

SHORTEST_WAIT = timedelta(minutes=15)
LONGEST_WAIT = timedelta(hours=24)
REMAINING = ("x-rate-limit-remaining", "x-ratelimit-remaining", "ratelimit-remaining")
QUOTA_WORDS = ("quotaexceeded", "dailylimitexceeded", "usage cap", "usage-capped", "access_limit_reached")


class Unanswered(Unavailable):
    """The request left, and no usable answer came. A reply that meets this may be public."""


class Gone(Forbidden):
    """410: taken away for good."""


class Rejected(BadPayload):
    """400 and its kin: the network does not accept what it was asked, and did nothing."""


def number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def believable(moment: datetime, now: datetime) -> datetime:
    """That moment if it lies within the next day; else the nearest wait that makes sense."""
    if moment <= now:
        return now + SHORTEST_WAIT
    return min(moment, now + LONGEST_WAIT)


def after(seconds: float, now: datetime) -> datetime:
    """`now` plus seconds, which may be far too many for a date."""
    bound = LONGEST_WAIT.total_seconds() * 2
    return now + timedelta(seconds=max(-bound, min(seconds, bound)))


def reset_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the network says its limit ends, as it stands in the headers; None when it does not say."""
    if (epoch := number(headers.get("x-rate-limit-reset"))) is not None:
        return after(epoch - now.timestamp(), now)
    if (seconds := number(headers.get("x-ratelimit-reset"))) is not None:
        return after(seconds, now)
    if (at := moment(headers.get("x-ratelimit-reset"))) is not None:
        return at  # Mastodon
    if (epoch := number(headers.get("ratelimit-reset"))) is not None:
        return after(epoch - now.timestamp(), now)  # Bluesky
    return retry_after(headers.get("retry-after"), now)


def retry_after(value: str | None, now: datetime) -> datetime | None:
    """A Retry-After in either of its two forms: seconds, or an HTTP date."""
    if (seconds := number(value)) is not None:
        return after(seconds, now)
    try:
        moment = parsedate_to_datetime(value or "")
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    said = reset_at(headers, now)
    return None if said is None else believable(said, now)


def rate(headers: Mapping[str, str], now: datetime) -> Rate:
    """What is left of the budget, from an answer that went well; a time nobody can believe is left out."""
    left = next((found for name in REMAINING if (found := number(headers.get(name))) is not None), None)
    names = ("x-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset")
    said = reset_at({name: headers[name] for name in names if name in headers}, now)
    ends_at = said if said is not None and said == believable(said, now) else None
    return Rate(None if left is None else int(left), ends_at)


def error_for(
    status: int, headers: Mapping[str, str], body: bytes, *, network: str, now: datetime
) -> SourceError | None:
    """The error this answer stands for; None for a 2xx."""
    if 200 <= status < 300:
        return None
    raw = body[:65536].decode("utf-8", "replace")
    wait = retry_at(headers, now)
    if status == 402 or (status in (403, 429) and any(word in raw.lower() for word in QUOTA_WORDS)):
        return QuotaExhausted(f"{network}: the credit or quota is used up.", retry_at=wait, raw=raw)
    if status == 429:
        return RateLimited(f"{network} asks to wait before the next call.", retry_at=wait, raw=raw)
    if status == 401 or (status < 400 and "login" in headers.get("location", "").lower()):
        return AuthFailed(f"{network} does not accept the stored credentials.", raw=raw)
    if status >= 500 or status == 408:
        return Unanswered(f"{network} is not working at the moment ({status}).", retry_at=wait, raw=raw)
    return _refusal(status, raw, network)


def _refusal(status: int, raw: str, network: str) -> SourceError:
    if status == 403:
        return Forbidden(f"{network} does not allow this.", raw=raw)
    if status == 404:
        return Forbidden(f"{network} has nothing here; it was removed, or its name is wrong.", raw=raw)
    if status == 410:
        return Gone(f"{network} has taken this away for good (410); take it out of the options.", raw=raw)
    if status >= 400:
        return Rejected(f"{network} does not accept the request ({status}).", raw=raw)
    return BadPayload(f"{network} gave an answer that is not in its manual ({status}).", raw=raw)
