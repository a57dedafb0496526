"""Answers in which any one value is something else: a SourceError or an Unreadable, and nothing else."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from listening.intake import UNREADABLE, cleaned
from listening.sources import http
from listening.sources.contract import Post, SourceError
from tests.listening.sources.cases import BLUESKY, CASES, NEWS, PAGES, REDDIT_FEED, RSS, Case
from tests.recorded import TOKEN, TOKEN_PATHS, Recorded

STRANGE: tuple[Any, ...] = (
    None,
    True,
    10**30,
    float("nan"),
    "x\x00\ud800",
    [None],
    {"id": {}},
    "9999-12-31T23:59:59-14:00",
)
NOT_ONE_JSON = (BLUESKY, NEWS, PAGES, REDDIT_FEED, RSS)
"""What answers in XML or HTML, and what reads after a sign-in that is no token: it has tests of its own."""

READ_WHOLE = tuple(case for case in CASES if case not in NOT_ONE_JSON)


def variants(value: Any) -> Iterator[Any]:
    """The value with each of its parts replaced, one at a time, by each strange one, or left out."""
    yield from STRANGE
    if isinstance(value, dict):
        for name, part in value.items():
            yield {other: kept for other, kept in value.items() if other != name}
            for changed in variants(part):
                yield {**value, name: changed}
    elif isinstance(value, list):
        for place, part in enumerate(value[:1]):
            for changed in variants(part):
                yield [*value[:place], changed, *value[place + 1 :]]


@pytest.mark.parametrize("case", READ_WHOLE, ids=lambda case: case.name or case.kind)
def test_no_value_breaks_an_adapter(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        is_token = request.url.path in TOKEN_PATHS
        return httpx.Response(200, content=iter([json.dumps(TOKEN).encode() if is_token else said[-1]]))

    monkeypatch.setattr(http, "GuardedTransport", lambda backend: httpx.MockTransport(answer))
    nowhere, seen = Recorded([], url="http://127.0.0.1:9"), 0
    for changed in variants(case.recording[0]["body"]):
        said.append(json.dumps(changed).encode())
        try:
            page = case.fetch(nowhere)
        except SourceError:
            continue
        seen += 1
        json.dumps(page.cursor)
        for post in page.posts:
            accepted(post)
    assert seen > 50


def accepted(post: Post) -> None:
    """What comes in next refuses a post by one of these, and by nothing else."""
    with suppress(*UNREADABLE):
        cleaned(post)
