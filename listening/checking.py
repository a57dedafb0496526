"""Trying credentials when they are entered: one real reading of the network, of which nothing is stored.

It asks for the words of the first watchlist, an hour back where the network can be told so: some charge for
every post that they show.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from listening import connections, watchlists
from listening.queries.parsing import parse
from listening.sources.contract import (
    Adapter,
    AuthFailed,
    Connection,
    Forbidden,
    Listening,
    Page,
    QuotaExhausted,
    RateLimited,
    SourceError,
)

SECONDS = 12.0
"""Of one call. A token and a reading are two, and whoever waits has a browser open."""

BACKFILL_HOURS = 1
ANY_WORD = "hospital"

MISTYPED = (
    "It is mistyped, has expired, or was made for something else. Copy it once more, or make a new one there."
)


@dataclass(frozen=True)
class Outcome:
    """What came of it. `works`: ask it from now on. `is_final`: asking again will not help."""

    words: str
    kind: str = ""  # of an error
    is_final: bool = False
    seen: int = 0  # posts that it was shown, which some networks charge for

    @property
    def works(self) -> bool:
        return not self.kind


def check(
    adapter: Adapter,
    options: Mapping[str, Any],
    secrets: Mapping[str, str],
    now: datetime,
    *,
    worked_until: datetime | None = None,
) -> Outcome:
    """One reading. `worked_until`: when these very credentials last worked."""
    narrowed = dict(options)
    if "backfill_hours" in narrowed:
        narrowed["backfill_hours"] = BACKFILL_HOURS
    connection = Connection(narrowed, dict(secrets), connections.is_sandbox(narrowed), seconds=SECONDS)
    try:
        page = adapter.fetch(connection, (_words(),), {})
    except SourceError as error:
        return failed(adapter.label, error, now, worked_until)
    return Outcome(worked(page, now), seen=len(page.posts) + len(page.unreadable) + page.passed)


def _words() -> Listening:
    watched = watchlists.current().listening
    return watched[0] if watched else Listening(0, parse(ANY_WORD))


def worked(page: Page, now: datetime) -> str:
    seen = len(page.posts)
    if not seen:
        return "It works. It answered, and has no post with the words of the first watchlist just now."
    times = [post.published_at for post in page.posts if post.published_at and post.published_at <= now]
    newest = f", the newest of {_said(max(times), now)}" if times else ""
    return f"It works: {seen} {'post' if seen == 1 else 'posts'} seen{newest}. None of them was stored."


def failed(label: str, error: SourceError, now: datetime, worked_until: datetime | None) -> Outcome:
    outcome = Outcome(_why(label, error, now, worked_until), error.kind)
    is_limit = isinstance(error, QuotaExhausted) and error.retry_at is not None
    final = isinstance(error, AuthFailed | Forbidden | QuotaExhausted) and not is_limit
    return replace(outcome, is_final=final)


def _why(label: str, error: SourceError, now: datetime, worked_until: datetime | None) -> str:
    again = f" It is free again at {_said(error.retry_at, now)}." if error.retry_at else ""
    match error:
        case AuthFailed() if worked_until is not None:
            return (
                f"{label} takes this key no longer. It worked until {_said(worked_until, now)}: it has "
                f"expired or was taken back. {error.advice or 'Make a new one there and enter it here.'}"
            )
        case AuthFailed() if "yet" in error.message:
            return f"{error.message} Enter it, and check again."
        case AuthFailed():
            return f"{label} does not accept this key. {error.advice or MISTYPED}"
        case QuotaExhausted() if error.retry_at is None:
            return f"{label} knows this key, and its credit is used up. Add credit there, then check again."
        case QuotaExhausted():
            return f"{label} knows this key, and its quota is used up.{again}"
        case RateLimited():
            return f"{label} knows this key, and asks to wait.{again} Nothing else is to be done."
        case Forbidden():
            return f"{error.message} Look at the rights of the key, and at the names above."
        case _:
            return f"{error.message} It could not be tried now; look at the address, or check again later."


def _said(moment: datetime, now: datetime) -> str:
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%-d %b %Y, %H:%M}"
