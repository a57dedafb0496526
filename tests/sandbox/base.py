"""The real clients, pointed at a running sandbox, and a clock that tests move by hand."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import praw
import tweepy
from prawcore.sessions import FiniteRetryStrategy
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from sandbox.serving import running_sandbox
from tests.timing import PATIENCE

CORPUS = Path(__file__).parent / "corpus"
http = httpx.Client(timeout=PATIENCE)  # one for all tests: each new one reads the certificates of the machine
NOON = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)  # noon in New York


class Clock:
    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


@contextmanager
def sandbox(**options: Any) -> Iterator[str]:
    with running_sandbox(**{"corpus": CORPUS, **options}) as base:
        yield base


class Once(FiniteRetryStrategy):
    """One try; the client's own strategy of no retries waits two seconds before that one."""

    def sleep(self) -> None: ...


class Loop(HTTPAdapter):
    """Sends what is meant for X to the sandbox, for tweepy has no option for it."""

    def __init__(self, base: str, timeout: float = PATIENCE) -> None:
        super().__init__(max_retries=0)
        self.base = urlsplit(base)
        self.timeout = timeout

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        asked = urlsplit(str(request.url))
        request.url = urlunsplit((self.base.scheme, self.base.netloc, asked.path, asked.query, ""))
        kwargs["timeout"] = self.timeout
        return super().send(request, *args, **kwargs)


def x_client(base: str, *, timeout: float = PATIENCE, bearer: str | None = "b") -> tweepy.Client:
    client = tweepy.Client(
        bearer_token=bearer,
        consumer_key="ck",
        consumer_secret="cs",
        access_token="at",
        access_token_secret="ats",
        return_type=dict,
    )
    client.session.mount("https://api.twitter.com", Loop(base, timeout))
    return client


def reddit_client(base: str, **options: Any) -> praw.Reddit:
    reddit = praw.Reddit(
        client_id="cid",
        client_secret="secret",
        user_agent="tests:sandbox:1 (by /u/northfield_listens)",
        oauth_url=base,
        reddit_url=base,
        check_for_updates=False,
        ratelimit_seconds=0,
        timeout=PATIENCE,
        **{"refresh_token": "r", **options},
    )
    assert reddit._core
    reddit._core._retry_strategy_class = lambda: Once(retries=0)
    return reddit


def control(base: str, what: str, body: object) -> Any:
    # Escaped JSON, for httpx cannot encode a lone surrogate.
    headers = {"content-type": "application/json"}
    answer = http.post(f"{base}/_sandbox/{what}", content=json.dumps(body), headers=headers)
    answer.raise_for_status()
    return answer.json()


def inject(base: str, network: str, text: str, **values: Any) -> str:
    """Put one post in, and its id out."""
    made = control(base, "posts", {"network": network, "text": text, **values})
    return str(made["posts"][0]["id"])


def ledger(base: str) -> Any:
    return http.get(f"{base}/_sandbox/ledger").json()
