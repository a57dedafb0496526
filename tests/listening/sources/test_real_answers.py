"""What the real networks once answered, served again: every post in it must come out as it stands there.

The recordings are not part of the project. MURMUR_SHARED_DATA says where they lie.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from listening.sources.contract import Post
from tests.listening.sources.cases import REDDIT, Case, X
from tests.recorded import Exchange, serving

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("MURMUR_SHARED_DATA") or ROOT.parent / "shared" / "data")


def exchanges(folder: str) -> list[tuple[str, Exchange]]:
    """Every recorded exchange with a readable name."""
    found = []
    for file in sorted((DATA / folder).glob("*.json")):
        for number, exchange in enumerate(json.loads(file.read_text())):
            found.append((f"{file.stem}-{number}", exchange))
    return found


def read_all(case: Case, exchange: Exchange) -> dict[str, Post]:
    """Everything the adapter makes of this answer, page after page, by id."""
    posts: dict[str, Post] = {}
    cursor: dict[str, Any] = {}
    with serving([{**exchange, "status": 200, "headers": {}}], at_any_path=True) as server:
        for _ in range(20):
            page = case.fetch(server, cursor, backfill_hours=160)
            posts |= {post.external_id: post for post in page.posts}
            cursor = page.cursor
            assert page.unreadable == []
            if not page.has_more:
                return posts
    raise AssertionError("the listing never ended")


def parametrized(found: list[tuple[str, Exchange]], folder: str) -> Any:
    if not found:
        missing = pytest.mark.skip(reason=f"no recordings in {DATA / folder}; set MURMUR_SHARED_DATA")
        return pytest.mark.parametrize("exchange", [pytest.param({}, marks=missing)], ids=["none"])
    return pytest.mark.parametrize("exchange", [item[1] for item in found], ids=[item[0] for item in found])


X_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)  # from which its ids count milliseconds

# -- X -----------------------------------------------------------------------------------------


def tweets(exchange: Exchange) -> list[dict[str, Any]]:
    body = exchange["body"]
    data = body.get("data") if isinstance(body, dict) and "/2/" in exchange["request"]["uri"] else None
    return [item for item in data if "text" in item] if isinstance(data, list) else []


X_LISTINGS = [(name, exchange) for name, exchange in exchanges("twitter_tweepy") if tweets(exchange)]


@parametrized(X_LISTINGS, "twitter_tweepy")
class XTests:
    def test_every_post_comes_out_as_it_stands_there(self, exchange: Exchange) -> None:
        posts = read_all(X, exchange)
        users = {user["id"]: user for user in exchange["body"].get("includes", {}).get("users", [])}
        expected = {item["edit_history_tweet_ids"][0]: item for item in tweets(exchange)}
        assert posts.keys() == expected.keys()
        for identifier, item in expected.items():
            handle = users.get(item.get("author_id"), {}).get("username", "")
            written = item.get("note_tweet", item)["text"]
            said_at = item.get("created_at")
            post = posts[identifier]
            assert post.text == written.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            assert (post.author_handle, post.author_id) == (handle, item.get("author_id", ""))
            in_id = X_EPOCH + timedelta(milliseconds=int(identifier) >> 22)
            assert post.published_at == (datetime.fromisoformat(said_at) if said_at else in_id)
            assert post.url == f"https://x.com/{handle or 'i/web'}/status/{item['id']}"


# -- Reddit ------------------------------------------------------------------------------------


def things(node: Any) -> Iterator[dict[str, Any]]:
    """Every submission and comment anywhere in an answer."""
    if isinstance(node, dict) and node.get("kind") in ("t1", "t3") and isinstance(node.get("data"), dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from things(inner)


def named(thing: dict[str, Any]) -> str:
    return str(thing["data"].get("name") or f"{thing['kind']}_{thing['data']['id']}")


# A collection is an object of its own that holds a listing; nothing here ever asks for one.
REDDIT_LISTINGS = [
    (name, found)
    for name, found in exchanges("reddit_praw")
    if list(things(found["body"])) and "/collections/" not in found["request"]["uri"]
]


@parametrized(REDDIT_LISTINGS, "reddit_praw")
class RedditTests:
    def test_every_post_comes_out_as_it_stands_there(self, exchange: Exchange) -> None:
        posts = read_all(REDDIT, exchange)
        expected = {named(thing): thing["data"] for thing in things(exchange["body"])}
        assert posts.keys() == expected.keys()
        for name, data in expected.items():
            post = posts[name]
            is_comment = name.startswith("t1_")
            words = [data["body"]] if is_comment else [data["title"], data["selftext"]]
            path = data.get("permalink")
            assert post.text == "\n\n".join(word for word in words if word)
            assert post.author_handle == ("" if data["author"] in (None, "[deleted]") else data["author"])
            assert post.published_at == datetime.fromtimestamp(data["created_utc"], UTC)
            assert (
                post.url == f"https://www.reddit.com{path}" if path else post.url.endswith(f"{data['id']}/")
            )
