"""Every value of a good answer replaced by every kind of wrong one: posts, Unreadables or a SourceError."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from listening.sources import bluesky_line, mastodon_line
from listening.sources.contract import Connection, SourceError, Target
from listening.sources.http import Answer
from tests.listening.sources.cases import BLUESKY, MASTODON, PARENT, QUERIES, Case

WRONG: tuple[Any, ...] = (None, 0, -1, 1e308, True, "", "x" * 40, "\ud800", "http://[", [], {}, [[]], [{}])
SESSION = {"accessJwt": "a.b.c", "did": "did:plc:hospital", "handle": "northfield.example"}
OURS = {"id": "5", "uri": "https://social.example/users/northfield/statuses/9", "acct": "northfield"}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, inner in entries:
        yield from places(inner, (*path, name))


def replaced(value: Any, path: tuple[Any, ...], wrong: Any) -> Any:
    if not path:
        return wrong
    changed = copy.deepcopy(value)
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = wrong
    return changed


def variants(value: Any) -> Iterator[Any]:
    for path in places(value):
        for wrong in WRONG:
            yield replaced(value, path, wrong)


class Said:
    """Stands for the network: one answer to whatever is asked, but for what opens a session."""

    def __init__(self) -> None:
        self.body: Any = None

    def __call__(self, connection: Connection, method: str, address: str, **more: Any) -> Answer:
        body = (
            SESSION if "createSession" in address else OURS if "verify_credentials" in address else self.body
        )
        return Answer(200, httpx.Headers(), json.dumps(body).encode())


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    network = Said()
    for line in (bluesky_line, mastodon_line):
        monkeypatch.setattr(line, "exchange", network)
    return network


def connection(case: Case) -> Connection:
    options = {**case.options, "instances": "social.example", "api_url": "https://api.example"}
    return Connection(options, dict.fromkeys(case.secrets, "x"))


def tried(said: Said, good: Any, call: Any) -> int:
    """How many variants there were; anything but a SourceError fails the test."""
    count = 0
    for said.body in variants(good):
        count += 1
        try:
            call()
        except SourceError:
            continue
    return count


@pytest.mark.parametrize("case", [BLUESKY, MASTODON], ids=lambda case: case.kind)
def test_no_listing_breaks_it(case: Case, said: Said) -> None:
    there = connection(case)
    good = case.recording[0]["body"]

    def two_pages() -> None:
        first = case.adapter.fetch(there, QUERIES, {})
        case.adapter.fetch(there, QUERIES, first.cursor)

    assert tried(said, good, two_pages) > 500


STATUS = MASTODON.recording[0]["body"][1]
ON_MASTODON = Target(str(STATUS["uri"]), author_handle="tom@social.example")
CONTEXT = {
    "descendants": [{**STATUS, "in_reply_to_id": ON_MASTODON.external_id[-18:], "account": {"id": "5"}}]
}
RECORDS = {
    "cursor": "a",
    "records": [
        {"uri": PARENT, "value": {"text": "x", "reply": {"parent": {"uri": PARENT}}, "createdAt": "x"}}
    ],
}
FOUND = {
    "posts": [
        {
            "uri": PARENT,
            "cid": "c",
            "author": {"did": "did:plc:x", "handle": "pat.example"},
            "viewer": {"replyDisabled": False},
            "record": {"reply": {"root": {"uri": "u", "cid": "c"}}},
        }
    ]
}


@pytest.mark.parametrize(
    ("case", "good", "target"),
    [(MASTODON, CONTEXT, ON_MASTODON), (BLUESKY, RECORDS, Target(PARENT))],
    ids=["mastodon", "bluesky"],
)
def test_no_thread_breaks_it(case: Case, good: Any, target: Target, said: Said) -> None:
    adapter: Any = case.adapter
    assert tried(said, good, lambda: adapter.replies_to(connection(case), target)) > 50


@pytest.mark.parametrize(
    ("case", "good", "target"),
    [(MASTODON, STATUS, ON_MASTODON), (BLUESKY, FOUND, Target(PARENT))],
    ids=["mastodon", "bluesky"],
)
def test_no_look_up_and_no_receipt_breaks_it(case: Case, good: Any, target: Target, said: Said) -> None:
    adapter: Any = case.adapter
    there = connection(case)
    assert tried(said, good, lambda: adapter.recheck(there, [target.external_id])) > 50
    assert (
        tried(said, good, lambda: adapter.reply(there, target, "Hello @pat.example https://a.example")) > 50
    )
