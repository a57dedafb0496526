"""One call of the YouTube Data API, with its reasons for a refusal told apart.

The key goes into a header: in the address it would stand in whatever prints addresses.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from listening.sources.answers import retry_at
from listening.sources.contract import (
    AuthFailed,
    Connection,
    Forbidden,
    QuotaExhausted,
    RateLimited,
    SourceError,
    Unavailable,
)
from listening.sources.google_token import NAMES, Token, access_token, forget
from listening.sources.http import Answer, accept, exchange
from listening.sources.options import option, secret

NETWORK = "YouTube"
API = "https://www.googleapis.com"
TOKENS = "https://oauth2.googleapis.com"
ZONE = ZoneInfo("America/Los_Angeles")  # where the day of a quota ends
QUOTA = frozenset({"quotaExceeded", "dailyLimitExceeded"})
TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
BAD_KEY = frozenset({"keyInvalid", "keyExpired", "API_KEY_INVALID"})


class CommentsOff(Forbidden):
    """Comments are switched off under this video."""


def base(connection: Connection) -> str:
    return str(option(connection, "api_url", API)).rstrip("/")


def ask(connection: Connection, question: str) -> Any:
    headers = {"X-Goog-Api-Key": secret(connection, "api_key", NETWORK)}
    address = f"{base(connection)}/youtube/v3/{question}"
    return _good(exchange(connection, "GET", address, network=NETWORK, headers=headers)).json(NETWORK)


def token(connection: Connection) -> Token:
    """What may write in the name of the channel. Reading goes on without it."""
    if not all(connection.secrets.get(name, "").strip() for name in NAMES):
        raise Forbidden("To answer from here, connect the account of our channel; or answer on YouTube.")
    site = base(connection)
    return access_token(connection, TOKENS if site == API else site)


def insert(connection: Connection, question: str, token: Token, content: bytes) -> Any:
    headers = {"Authorization": f"Bearer {token.text}", "Content-Type": "application/json"}
    address = f"{base(connection)}/youtube/v3/{question}"
    answer = exchange(connection, "POST", address, network=NETWORK, headers=headers, content=content)
    try:
        _good(answer)
    except AuthFailed:
        forget(token)
        if token.is_proven:
            # A token can end before its time. The next call takes a new one, and that answer is final.
            raise Unavailable("YouTube ended the session early; the next call opens a new one.") from None
        raise
    token.is_proven = True
    return answer.json(NETWORK)


def _good(answer: Answer) -> Answer:
    now = datetime.now(UTC)
    if answer.status >= 400 and (error := refusal(answer, now)):
        raise error
    return accept(answer, NETWORK)


def refusal(answer: Answer, now: datetime) -> SourceError | None:
    """The error that the reasons in the body stand for; None where they name none that is known."""
    found = reasons(answer.body)
    raw = answer.body[:65536].decode("utf-8", "replace")
    if found & QUOTA:
        message = "YouTube: the units of this day are used up."
        return QuotaExhausted(message, retry_at=next_day(now), raw=raw)
    if found & TOO_FAST:
        wait = retry_at(answer.headers, now)
        return RateLimited("YouTube asks to wait before the next call.", retry_at=wait, raw=raw)
    if found & BAD_KEY:
        return AuthFailed("YouTube does not accept the stored key.", raw=raw)
    if "commentsDisabled" in found:
        return CommentsOff("Comments are switched off there.", raw=raw)
    return None


def reasons(body: bytes) -> set[str]:
    """Every reason in an answer of Google's, in both of the places where it gives them."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return set()
    error = answer.get("error") if isinstance(answer, Mapping) else None
    if not isinstance(error, Mapping):
        return set()
    listed = [error.get(name) for name in ("errors", "details")]
    items = [item for found in listed if isinstance(found, list) for item in found]
    said = (item.get("reason") for item in items if isinstance(item, Mapping))
    return {reason for reason in said if isinstance(reason, str)}


def next_day(now: datetime) -> datetime:
    """The next midnight of the Pacific."""
    day = (now.astimezone(ZONE) + timedelta(days=1)).date()
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)
