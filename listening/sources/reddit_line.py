"""PRAW set up so that it never waits, never sends twice and never calls where it was not told to.

One instance a process, thread and connection, made after the fork: PRAW may not be shared. Two private names
of prawcore 4.0.0 are replaced (its retries and its rate limiter); a test notices when they move.
"""

import hashlib
import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import praw
from prawcore.exceptions import OAuthException, PrawcoreException, RequestException
from prawcore.rate_limit import RateLimiter
from prawcore.sessions import FiniteRetryStrategy

from listening.sources import answers
from listening.sources.bridge import Bridge, session
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Connection,
    Rate,
    RateLimited,
    SourceError,
    Unavailable,
)
from listening.sources.options import option, secret

NETWORK = "Reddit"
API = "https://oauth.reddit.com"
SITE = "https://www.reddit.com"
KEPT_LINES = 8
# What prawcore and PRAW raise by mistake when an answer lacks a field they count on.
HOLES = (KeyError, ValueError, TypeError, AttributeError, IndexError, AssertionError)

Result = TypeVar("Result")


class Once(FiniteRetryStrategy):
    """One try. prawcore's own strategy, told to try once, still sleeps two to four seconds first."""

    def sleep(self) -> None:
        pass

    def should_retry_on_failure(self) -> bool:
        return False


class Budget(RateLimiter):
    """Remembers what Reddit says is left, and refuses a call when nothing is; prawcore's would sleep."""

    rate = Rate()

    def delay(self) -> None:
        now = datetime.now(UTC)
        if self.rate.remaining == 0 and self.rate.reset_at and self.rate.reset_at > now:
            wait = answers.believable(self.rate.reset_at, now)
            raise RateLimited("Reddit's budget of calls is used up.", retry_at=wait)

    def update(self, *, response_headers: Mapping[str, str]) -> None:
        if "x-ratelimit-remaining" in response_headers:
            self.rate = answers.rate(response_headers, datetime.now(UTC))


@dataclass
class Line:
    """One signed-in PRAW, and whether Reddit has accepted its present token."""

    reddit: praw.Reddit
    budget: Budget
    is_proven: bool = False

    def take_token(self) -> None:
        """A token before the call that counts, so that its failures are not mistaken for the call's."""
        core: Any = self.reddit._core
        authorizer = core.authorizer
        if authorizer.is_valid():
            return
        self.is_proven = False
        try:
            guarded(authorizer.refresh)
        except answers.Rejected as error:
            raise AuthFailed("Reddit does not accept the stored credentials.", raw=error.raw) from None


_lines: dict[tuple[int, int, str], Line] = {}


def call(connection: Connection, action: Callable[[Line], Result]) -> Result:
    """Do one thing with PRAW; whatever goes wrong is a SourceError."""
    key = (os.getpid(), threading.get_ident(), digest(connection))
    line = _line(key, connection)
    with_token = False
    try:
        line.take_token()
        with_token = True
        result = action(line)
    except AuthFailed:
        _lines.pop(key, None)
        if with_token and line.is_proven:
            # A token can end before its time. The next call takes a new one, and that answer is final.
            raise Unavailable("Reddit ended the session early; the next call opens a new one.") from None
        raise
    line.is_proven = True
    return result


def guarded(action: Callable[[], Result]) -> Result:
    """Run PRAW, and turn what it raises into what it means."""
    try:
        return action()
    except RequestException as error:
        if isinstance(error.original_exception, SourceError):
            raise error.original_exception from None
        raise Unavailable("Reddit could not be asked.") from None
    except OAuthException:
        raise AuthFailed("Reddit does not accept the stored credentials.") from None
    except (PrawcoreException, *HOLES) as error:
        raise BadPayload(f"Reddit's answer confused its client ({type(error).__name__}).") from None


def digest(connection: Connection) -> str:
    content = json.dumps([connection.options, connection.secrets], sort_keys=True, default=str)
    limits = f"{connection.may_reach_private}{connection.seconds}"
    return hashlib.sha256(f"{content}{limits}".encode()).hexdigest()


def _line(key: tuple[int, int, str], connection: Connection) -> Line:
    if key not in _lines:
        for stale in [old for old in _lines if old[0] != os.getpid()] or list(_lines)[: 1 - KEPT_LINES]:
            del _lines[stale]
        _lines[key] = _opened(connection)
    return _lines[key]


def _opened(connection: Connection) -> Line:
    bridges = {
        API: Bridge(connection, option(connection, "api_url", API), NETWORK),
        SITE: Bridge(connection, token_address(connection), NETWORK),
    }
    reddit = praw.Reddit(
        "DEFAULT",  # and no section that the surroundings may name
        client_id=secret(connection, "client_id", NETWORK),
        client_secret=connection.secrets.get("client_secret") or None,
        refresh_token=connection.secrets.get("refresh_token") or None,
        username=connection.secrets.get("username") or None,
        password=connection.secrets.get("password") or None,
        user_agent=f"server:murmur:1.0 (by /u/{connection.secrets.get('username') or 'unnamed'})",
        check_for_updates=False,
        check_for_async=False,
        # With 0 PRAW still sleeps a second and sends again when Reddit names less than a second.
        ratelimit_seconds=-1,
        oauth_url=API,
        reddit_url=SITE,
        requestor_kwargs={"session": session(bridges)},
    )
    budget = Budget(window_size=600)
    cores: set[Any] = {reddit._core, reddit._read_only_core, reddit._authorized_core} - {None}
    for core in cores:
        core._retry_strategy_class = Once
        core._rate_limiter = budget
    return Line(reddit, budget)


def token_address(connection: Connection) -> str:
    """Where tokens are taken: at Reddit's own site, or at the test system that stands in for it."""
    api: str = option(connection, "api_url", API)
    return SITE if api.rstrip("/") == API else api
