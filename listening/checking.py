"""Trying credentials when they are entered: one real reading of the network, of which nothing is stored.

It asks for the words of the first watchlist, an hour back where the network can be told so: some charge for
every post that they show. Where several feeds, pages or places are named, each is tried by itself, so that
one that is dead can be named beside those that work.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.forms.utils import pretty_name
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
from listening.sources.options import PartsField

SECONDS = 12.0
"""Of one call. A token and a reading are two, and whoever waits has a browser open."""

LAST_BEGIN, MOST_PARTS = 15.0, 20
"""No part is begun later, and no more of them are tried: the first poll asks the rest."""

BACKFILL_HOURS = 1
ANY_WORD = "hospital"

MISTYPED = (
    "It is mistyped, has expired, or was made for something else. Copy it once more, or make a new one there."
)

BY_ITSELF = "Nothing is to be done: it is asked again by itself."


@dataclass(frozen=True)
class Outcome:
    """What came of it. `works`: ask it from now on. `is_final`: asking again will not help."""

    words: str
    kind: str = ""  # of an error
    is_final: bool = False
    seen: int = 0  # posts that it was shown, which some networks charge for
    is_partly: bool = False  # it works, and something of it does not

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
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """One reading of each part. `worked_until`: when these very credentials last worked."""
    tried = list(_tried(adapter, options, secrets, clock))
    pages = [each.page for each in tried if each.page]
    errors = [each.error for each in tried if each.error]
    if not pages or (errors and adapter.secrets and isinstance(errors[-1], OF_THE_KEY)):
        error = errors[-1 if pages else 0]
        return failed(adapter.label, error, now, worked_until, has_key=bool(adapter.secrets))
    page = Page([post for page in pages for post in page.posts], {})
    seen = sum(len(page.posts) + len(page.unreadable) + page.passed for page in pages)
    but = [*(each.said for each in tried if each.said), *_left(tried)]
    well = worked(page, now) if page.posts or any(not page.gap for page in pages) else UNSURE
    return Outcome(" ".join([well, *but]), seen=seen, is_partly=any(each.said for each in tried))


UNSURE = "It answered, and nothing could be read yet. The first poll asks again."
OF_THE_KEY = (AuthFailed, RateLimited, QuotaExhausted)
"""What holds for every part, where a network asks for a key."""


@dataclass(frozen=True)
class Part:
    """One thing of several that are read. `name`: what an administrator knows it by; empty for the whole."""

    name: str
    options: Mapping[str, Any]
    is_keyless: bool = False


@dataclass(frozen=True)
class Tried:
    part: Part
    page: Page | None = None
    error: SourceError | None = None

    @property
    def said(self) -> str:
        """What is wrong with it, and what to do; nothing where it works."""
        if self.error is not None:
            why = (
                NO_SIGN_IN
                if self.part.is_keyless and isinstance(self.error, AuthFailed)
                else self.error.message
            )
            return f"{self.part.name}: {why} Mend it or take it out; the others are read."
        gap = self.page.gap if self.page else ""
        return f"{self.part.name}: {gap}" if gap and self.part.name else gap


def _left(tried: Sequence[Tried]) -> list[str]:
    left = sum(each.page is None and each.error is None for each in tried)
    return (
        [f"{left} more {'was' if left == 1 else 'were'} not tried: the first poll asks them."] if left else []
    )


def parts_of(adapter: Adapter, options: Mapping[str, Any]) -> list[Part]:
    """Each named thing alone with what else is entered; the whole where there is but one."""
    fields = {n: f for n, f in adapter.OptionsForm.base_fields.items() if isinstance(f, PartsField)}
    emptied = {**options, **dict.fromkeys(fields, "")}
    parts = [
        Part(
            f"{pretty_name(name)}, number {number} ({_known_as(one)})",
            {**emptied, name: one},
            not adapter.secrets,
        )
        for name, field in fields.items()
        for number, one in enumerate(field.split(str(options.get(name) or "")), 1)
    ]
    return parts if len(parts) > 1 else [Part("", options)]


def _known_as(one: str) -> str:
    """An address by its host: its path may hold a token, and this sentence is kept for the next page."""
    place = urlsplit(one) if "://" in one else None
    return (place.hostname or "") if place else one[:60]


def _tried(
    adapter: Adapter, options: Mapping[str, Any], secrets: Mapping[str, str], clock: Callable[[], float]
) -> Iterator[Tried]:
    began_at, is_over = clock(), False
    for number, part in enumerate(parts_of(adapter, options)):
        passed = clock() - began_at
        if is_over or passed > LAST_BEGIN or number >= MOST_PARTS:
            yield Tried(part)
            continue
        seconds = min(SECONDS, (2 * SECONDS - passed) / 2)
        tried = _try(adapter, part, secrets, seconds, clock)
        is_over = bool(adapter.secrets) and isinstance(tried.error, OF_THE_KEY)
        yield tried


MOST_GAPS = 3


def _try(
    adapter: Adapter, part: Part, secrets: Mapping[str, str], seconds: float, clock: Callable[[], float]
) -> Tried:
    narrowed = dict(part.options)
    if "backfill_hours" in narrowed:
        narrowed["backfill_hours"] = BACKFILL_HOURS
    connection = Connection(narrowed, dict(secrets), connections.is_sandbox(narrowed), seconds=seconds)
    gaps, page, began_at = list[str](), Page((), {}, has_more=True), clock()
    try:
        # A round goes on beyond what failed: an adapter says only at its end that all of it did.
        while page.has_more and len(gaps) < MOST_GAPS and (not gaps or clock() - began_at < SECONDS / 2):
            page = adapter.fetch(connection, (_words(),), dict(page.cursor))
            if page.posts or not page.gap:
                break
            gaps.append(page.gap)
    except SourceError as error:
        return Tried(part, error=error)
    return Tried(part, page=replace(page, gap=" ".join(gaps) or page.gap))


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


def failed(
    label: str, error: SourceError, now: datetime, worked_until: datetime | None, *, has_key: bool = True
) -> Outcome:
    words = _why(label, error, now, worked_until) if has_key else _why_open(label, error, now)
    outcome = Outcome(words, error.kind)
    is_limit = isinstance(error, QuotaExhausted) and error.retry_at is not None
    final = isinstance(error, AuthFailed | Forbidden | QuotaExhausted) and not is_limit
    return replace(outcome, is_final=final)


NO_SIGN_IN = "It asks for a sign-in, and none can be given here."


def _why_open(label: str, error: SourceError, now: datetime) -> str:
    """Where no key is asked for."""
    match error:
        case AuthFailed():
            return f"{NO_SIGN_IN} Look at what is to be read, or name another."
        case QuotaExhausted() | RateLimited():
            again = f" It is free again at {_said(error.retry_at, now)}." if error.retry_at else ""
            return f"{label}: it asks to wait.{again} Nothing else is to be done."
        case Forbidden():
            return f"{error.message} Look at what is to be read: it may have moved, or be closed to programs."
        case _:
            return _why(label, error, now, None)


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
            return f"{label} knows this key, and its quota is used up.{again} {BY_ITSELF}"
        case RateLimited():
            return f"{label} knows this key, and asks to wait.{again} {BY_ITSELF}"
        case Forbidden():
            return f"{error.message} Look at the rights of the key, and at the names that were entered."
        case _:
            return f"{error.message} It could not be tried now; look at the address, or check again later."


def _said(moment: datetime, now: datetime) -> str:
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%-d %b %Y, %H:%M}"
