"""One call of Facebook's Graph API: its error codes told apart, and what its headers say is left.

The Graph API says what is wrong by a code in the body, mostly with 400. A limit, too, comes as a code and not
as 429. Its headers tell how much of the budget is used in hundredths, once enough calls were made.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from listening.sources.answers import Rejected, Unanswered, believable, retry_at
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Connection,
    Forbidden,
    Rate,
    RateLimited,
    SourceError,
)
from listening.sources.http import Answer, accept, exchange
from listening.sources.options import option, secret

NETWORK = "Facebook"
API = "https://graph.facebook.com"
VERSION = "v25.0"
ENDED = frozenset({102, 104, 190})
LIMITED = frozenset({4, 17, 32, 341, 613, 80001})
NOT_ALLOWED = frozenset({3, 10, 368, *range(200, 300)})
PASSING = frozenset({1, 2})
NOT_OFFERED = 12
ODD_REQUEST, ALIAS_UNKNOWN = 100, 803
NO_OBJECT = 33  # a subcode of 100
PARTS_USED = ("call_count", "total_time", "total_cputime")


class NotOffered(Forbidden):
    """Code 12: Facebook no longer offers this part of its API."""


class NotThere(Rejected):
    """Codes 100 and 803: no such object, or a question it does not understand."""


def base(connection: Connection) -> str:
    address: str = option(connection, "api_url", API)
    return f"{address.rstrip('/')}/{VERSION}"


def call(connection: Connection, method: str, address: str, content: bytes | None = None) -> Answer:
    """The answer that Facebook gave, if it is a good one; else the error that it stands for."""
    headers = {"Authorization": f"Bearer {secret(connection, 'page_token', NETWORK)}"}
    if content is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    answer = exchange(connection, method, address, network=NETWORK, headers=headers, content=content)
    error = error_of(answer, datetime.now(UTC))
    if error is not None:
        raise error
    return accept(answer, NETWORK)


def error_of(answer: Answer, now: datetime) -> SourceError | None:
    """The error that the body names by its code; None where it names none that is known."""
    code = code_of(answer.body)
    raw = answer.body[:65536].decode("utf-8", "replace")
    if code is None or answer.status == 402:
        return None
    if code in LIMITED:
        wait = wait_of(answer.headers, now)
        return RateLimited("Facebook asks to wait before the next call.", retry_at=wait, raw=raw)
    if code in PASSING:
        return Unanswered("Facebook is not working at the moment.", raw=raw)
    if code == NOT_OFFERED:
        return NotOffered("Facebook no longer offers this part of its API.", raw=raw)
    return _refusal(code, raw) or (_odd(raw) if answer.status < 300 else None)


def _refusal(code: int, raw: str) -> SourceError | None:
    if code in ENDED:
        return AuthFailed("The page's token has ended or was taken back.", raw=raw)
    if code in NOT_ALLOWED:
        message = "Facebook does not allow this: the page's token lacks a permission, or the app its review."
        return Forbidden(message, raw=raw)
    if code in (ODD_REQUEST, ALIAS_UNKNOWN):
        return NotThere("Facebook has nothing there; it was removed, or its number is wrong.", raw=raw)
    return None


def _odd(raw: str) -> SourceError:
    return BadPayload("Facebook answered with an error that is not in its manual.", raw=raw)


def code_of(body: bytes, name: str = "code") -> int | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    error = answer.get("error") if isinstance(answer, Mapping) else None
    code = error.get(name) if isinstance(error, Mapping) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def says_gone(body: bytes) -> bool:
    """Whether this says that an object is not there, and not that the question was wrong."""
    code = code_of(body)
    return code == ALIAS_UNKNOWN or (code == ODD_REQUEST and code_of(body, "error_subcode") == NO_OBJECT)


# -- What is left ----------------------------------------------------------------------------------


def rate(headers: Mapping[str, str], now: datetime) -> Rate:
    """Hundredths of the budget that are left, and when access comes back, where it was taken away."""
    found = usages(headers)
    used = [
        value for usage in found for name in PARTS_USED if (value := _number(usage.get(name))) is not None
    ]
    if not used:
        return Rate()
    minutes = _minutes(found)
    return Rate(max(0, 100 - round(max(used))), now + timedelta(minutes=minutes) if minutes else None)


def wait_of(headers: Mapping[str, str], now: datetime) -> datetime | None:
    minutes = _minutes(usages(headers))
    if minutes:
        return believable(now + timedelta(minutes=minutes), now)
    return retry_at(headers, now)


def usages(headers: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """Every account of use in the headers: one for the app, one for each business and kind."""
    found: list[Any] = [_read(headers.get("x-app-usage"))]
    by_business = _read(headers.get("x-business-use-case-usage"))
    for usage in by_business.values():
        found += usage if isinstance(usage, list) else []
    return [usage for usage in found if isinstance(usage, Mapping)]


def _read(text: str | None) -> Mapping[str, Any]:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _minutes(found: list[Mapping[str, Any]]) -> float:
    said = (_number(usage.get("estimated_time_to_regain_access")) or 0 for usage in found)
    return min(max(said, default=0), 60 * 48)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        return None
    return float(value)
