"""What the real networks once answered, served again: every post in it must come out as it stands there.

The recordings are not part of the project. MURMUR_SHARED_DATA says where they lie.
"""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from listening.queries.asked import Asked
from listening.queries.matching import Matcher
from listening.sources import adapter_for
from listening.sources.contract import Connection, Post
from listening.sources.jetstream import Jetstream
from listening.sources.push import Told
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


# -- Bluesky -----------------------------------------------------------------------------------

FRAMES = [
    json.loads(line)
    for file in sorted((DATA / "bluesky_jetstream").glob("expected_v1*.jsonl"))
    for line in file.read_text().splitlines()
    if line.strip()
]
BLUESKY = "app.bsky.feed.post"


def told(frames: list[dict[str, Any]], *, version: str) -> Iterator[Told]:
    adapter = adapter_for("jetstream")
    assert isinstance(adapter, Jetstream)
    cursor: dict[str, Any] = {}
    for number, frame in enumerate(frames, 1):
        message = frame if version == "1" else second_dialect(frame, number)
        found = adapter.tell(Connection({"version": version}, {}), json.dumps(message).encode(), cursor)
        if found is not None:
            cursor = found.cursor
            yield found


def second_dialect(frame: dict[str, Any], number: int) -> dict[str, Any]:
    """The same event as the newer dialect has it."""
    name = f"network.bsky.jetstream.subscribeEvents#{frame['kind']}"
    at = datetime.fromtimestamp(frame["time_us"] / 1_000_000, UTC).isoformat()
    payload = {"$type": name, "seq": number, "did": frame["did"], "time": at}
    return {"$type": "message", "payload": payload | frame.get(frame["kind"], {})}


@pytest.mark.skipif(not FRAMES, reason=f"no frames in {DATA / 'bluesky_jetstream'}; set MURMUR_SHARED_DATA")
@pytest.mark.parametrize("version", ["1", "2"])
class BlueskyTests:
    def test_every_post_comes_out_as_it_stands_there(self, version: str) -> None:
        found = {each.post.external_id: each.post for each in told(FRAMES, version=version) if each.post}
        commits = [frame for frame in FRAMES if frame.get("commit", {}).get("collection") == BLUESKY]
        expected = {f"at://{each['did']}/{BLUESKY}/{each['commit']['rkey']}": each for each in commits}
        assert found.keys() == expected.keys()
        for identifier, frame in expected.items():
            record, post = frame["commit"].get("record", {}), found[identifier]
            assert post.is_removed is (frame["commit"]["operation"] == "delete")
            assert (post.text, post.author_id) == (record.get("text", ""), frame["did"])
            if record:
                assert post.published_at == datetime.fromisoformat(record["createdAt"])
                assert post.language == record["langs"][0]
                assert post.parent_id == record.get("reply", {}).get("parent", {}).get("uri", "")

    def test_all_of_it_can_be_read_and_moves_the_cursor(self, version: str) -> None:
        found = list(told(FRAMES, version=version))
        assert [each.unreadable for each in found if each.unreadable] == []
        last = max(frame["time_us"] for frame in FRAMES) if version == "1" else len(FRAMES)
        assert found[-1].cursor["seq"] == last

    def test_what_matches_is_wanted(self, version: str) -> None:
        """Each text is looked for by two of its own words, and is found."""
        posts = [each.post for each in told(FRAMES, version=version) if each.post and each.post.text]
        wanted = {post.external_id: re.findall(r"[^\W\d_]{4,}", post.text)[:2] for post in posts}
        queries = [
            (n, " AND ".join(f'"{word}"' for word in words)) for n, words in enumerate(wanted.values())
        ]
        matcher = Matcher((n, query) for n, query in queries if query)
        lost = [
            post.external_id
            for n, post in enumerate(posts)
            if queries[n][1] and n not in {hit.query_id for hit in matcher.find(Asked(post.text, post.title))}
        ]
        assert (lost, len(posts) > 0) == ([], True)
