"""Answers that are well-formed and lie: a listing without an end, one that says the same again, ids that are
numbers, times at the ends of the calendar, and a next page that stands elsewhere.
"""

import copy
import json
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from listening.sources import http
from listening.sources.contract import Page, SourceError
from tests.listening.sources.cases import CASES, Case
from tests.listening.sources.test_hostile import accepted
from tests.recorded import SESSION, TOKEN, TOKEN_PATHS, Recorded

ELSEWHERE = "elsewhere.example"
POLLS, CALLS = 40, 60
"""So many pages are read; a cursor that still grows after them grows for ever."""
KEPT = 64_000

NEXTS = ("next", "next_token", "after", "cursor", "nextPageToken", "nextCursor", "max_id", "href")


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> "Network":
    there = Network()
    monkeypatch.setattr(http, "GuardedTransport", lambda backend: httpx.MockTransport(there.answer))
    return there


class Network:
    """Answers each call by what `say` makes of it; `asked` holds where the calls went."""

    def __init__(self) -> None:
        self.say: Callable[[httpx.Request], bytes] = lambda request: b""
        self.asked: list[httpx.URL] = []
        self.headers: dict[str, str] = {}

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("robots.txt"):
            return httpx.Response(404, content=iter([b""]))
        if request.url.path in TOKEN_PATHS:
            said = SESSION if "createSession" in request.url.path else TOKEN
            return httpx.Response(200, content=iter([json.dumps(said).encode()]))
        self.asked.append(request.url)
        return httpx.Response(200, headers=self.headers, content=iter([self.say(request)]))


def body_of(case: Case) -> Any:
    return case.recording[0]["body"]


def encoded(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


NOWHERE = "http://127.0.0.1:9"
every_adapter = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name or case.kind)


def polled(case: Case, network: Network, times: int = POLLS) -> list[Page]:
    """As the poller would: the cursor handed on from page to page, as it is kept in the database."""
    pages: list[Page] = []
    cursor: dict[str, Any] = {}
    nowhere = Recorded([], url=NOWHERE)
    for _ in range(times):
        try:
            page = case.fetch(nowhere, cursor)
        except SourceError:
            continue
        pages.append(page)
        cursor = json.loads(json.dumps(page.cursor))
        for post in page.posts:
            accepted(post)
    return pages


def endless(value: Any, number: int, name: str = "") -> Any:
    """The answer with a next page that never ends, wherever one could be told of."""
    if isinstance(value, dict):
        told = {key: endless(part, number, key) for key, part in value.items()}
        if "paging" in value:
            told["paging"] = {"cursors": {"after": f"n{number}"}, "next": f"https://{ELSEWHERE}/{number}"}
        return told
    if name in NEXTS:
        return f"n{number}"
    return value


def with_next(body: Any, number: int) -> Any:
    """Under every name by which a network tells of its next page, at the top and in what stands there."""
    if not isinstance(body, dict):
        return body
    told = endless(body, number)
    told |= dict.fromkeys(("cursor", "nextPageToken", "next_token"), f"n{number}")
    told["meta"] = {**(told.get("meta") or {}), "next_token": f"n{number}"}
    told["links"] = [{"rel": "next-page", "href": f"https://{ELSEWHERE}/{number}"}]
    told["paging"] = {"cursors": {"after": f"n{number}"}, "next": f"https://{ELSEWHERE}/{number}"}
    if isinstance(told.get("data"), dict):
        told["data"]["after"] = f"t3_n{number}"
    return told


@every_adapter
class LyingTests:
    def test_a_listing_without_an_end_is_left(self, case: Case, network: Network) -> None:
        count = 0

        def say(request: httpx.Request) -> bytes:
            nonlocal count
            count += 1
            network.headers = {"link": f'<https://{ELSEWHERE}/{count}?max_id={count}>; rel="next"'}
            return encoded(with_next(body_of(case), count))

        network.say = say
        pages = polled(case, network)
        assert pages
        assert all(len(json.dumps(page.cursor)) < KEPT for page in pages)
        assert count <= CALLS
        # It comes to its newest posts again, and does not go back for ever.
        assert not all(page.has_more for page in pages)

    def test_the_same_page_again_ends(self, case: Case, network: Network) -> None:
        network.headers = {"link": f'<{NOWHERE}/again?max_id=1>; rel="next"'}
        network.say = lambda request: encoded(with_next(body_of(case), 1))
        pages = polled(case, network)
        assert len(network.asked) <= CALLS
        assert all(len(json.dumps(page.cursor)) < KEPT for page in pages)

    def test_it_follows_nobody_elsewhere(self, case: Case, network: Network) -> None:
        network.headers = {"link": f'<https://{ELSEWHERE}/2>; rel="next"'}
        network.say = lambda request: encoded(with_next(body_of(case), 1))
        polled(case, network, 5)
        assert {url.host for url in network.asked} == {urlsplit(NOWHERE).hostname}

    @pytest.mark.parametrize(
        "at", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00", 253402300799, -62135596800]
    )
    def test_a_time_at_the_end_of_the_calendar_costs_nothing(
        self, case: Case, network: Network, at: Any
    ) -> None:
        for body in (body_of(case), with_next(body_of(case), 1)):
            network.say = partial(said, encoded(dated(body, at)))
            assert polled(case, network, 3)

    def test_ids_that_are_numbers_are_ids_all_the_same(self, case: Case, network: Network) -> None:
        network.say = lambda request: encoded(numbered(copy.deepcopy(body_of(case))))
        for page in polled(case, network, 3):
            ids = [(post.external_id, post.author_id, post.parent_id) for post in page.posts]
            assert {type(each) for each in sum(ids, ())} <= {str}


def said(body: bytes, request: httpx.Request) -> bytes:
    return body


TIMES = ("created", "published", "updated", "edited", "time", "date", "indexed")


def dated(value: Any, at: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: dated(part, at, key.lower()) for key, part in value.items()}
    if isinstance(value, list):
        return [dated(part, at, name) for part in value]
    if isinstance(value, str | int | float) and any(word in name for word in TIMES):
        return at
    return value


def numbered(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: numbered(part, key.lower()) for key, part in value.items()}
    if isinstance(value, list):
        return [numbered(part, name) for part in value]
    return 17 if name.endswith("id") or name == "name" else value
