"""The sandbox as a test of an adapter sees it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from listening.queries.parsing import parse
from listening.sources import adapter_for, contract
from listening.sources.contract import Connection, Listening, Page, Post, Target
from sandbox.serving import running_sandbox
from tests.timing import PATIENCE

CORPUS = Path(__file__).parents[2] / "sandbox" / "corpus"
QUERIES = (Listening(1, parse("Northfield")), Listening(2, parse('"waiting room" bill')))
KINDS = ("x", "reddit", "google", "rss", "bluesky", "mastodon")
SECRETS = (
    *("bearer_token", "consumer_key", "consumer_secret", "access_token", "access_token_secret"),
    *("client_id", "client_secret", "username", "password", "refresh_token"),
    *("access_token", "handle", "app_password"),
)


class Town:
    """The sandbox as a test sees it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cursors: dict[str, dict[str, Any]] = {kind: {} for kind in (*KINDS, "pages")}

    def connection(self, kind: str) -> Connection:
        every: dict[str, dict[str, Any]] = {
            "x": {"own_handle": "NorthfieldHlth"},
            "reddit": {"subreddits": "northfieldtown,larkmoor,askanurse_nf"},
            "google": {"locations": "\n".join(f"accounts/7001/locations/900{n}" for n in range(1, 6))},
            "rss": {"feeds": f"{self.url}/feeds/news.xml"},
            "pages": {
                "pages": "\n".join(f"{self.url}/reviews/{slug}/" for slug in ("main", "north", "west")),
                "sites": ["127.0.0.1"],
            },
            "mastodon": {
                "instances": f"{self.url}/fediverse/larkmoor.example",
                "tags": "northfield",
                "search_too": True,
                "own_account": "@NorthfieldHlth@larkmoor.example",
            },
        }
        secrets = dict.fromkeys(SECRETS, "sandbox") | {"username": "northfield_listens"}
        return Connection(
            {"api_url": self.url, "backfill_hours": 160, **every.get(kind, {})},
            secrets,
            may_reach_private=True,
        )

    def round(self, kind: str) -> list[Page]:
        pages: list[Page] = []
        while not pages or pages[-1].has_more:
            pages.append(adapter_for(kind).fetch(self.connection(kind), QUERIES, self.cursors[kind]))
            self.cursors[kind] = dict(pages[-1].cursor)
            assert len(pages) < 200
        return pages

    def posts(self, kind: str) -> dict[str, Post]:
        pages = self.round(kind)
        assert [bad for page in pages for bad in page.unreadable] == []
        return {post.external_id.rpartition("/reviews/")[2]: post for page in pages for post in page.posts}

    def reply(self, kind: str, post: Post, text: str) -> contract.Sent:
        target = Target(post.external_id, author_handle=post.author_handle)
        return adapter_for(kind).reply(self.connection(kind), target, text)

    def do(self, deed: str, **asked: Any) -> dict[str, Any]:
        # ASCII, because half a character travels only as an escape.
        body, kind = json.dumps(asked).encode(), {"content-type": "application/json"}
        answer = httpx.post(f"{self.url}/_sandbox/{deed}", content=body, headers=kind, timeout=PATIENCE)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def write(self, kind: str, text: str, **more: Any) -> str:
        return str(self.do("posts", network=kind, text=text, **more)["posts"][0]["id"])

    def ledger(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.url}/_sandbox/ledger", timeout=PATIENCE).json()
        return found


@pytest.fixture
def town() -> Iterator[Town]:
    """Silent, so that a test knows every post there is."""
    with running_sandbox(corpus=CORPUS, quiet=True) as url:
        yield Town(url)
