"""What X and Reddit once answered, served again and polled: what stands in the raw JSON stands in the ledger."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import TestCase, override_settings
from django.utils import timezone

from listening import ingest, sweep, vault
from listening.models import Mention, Poll, Source
from tests import base
from tests.proof.material import exchanges, needs
from tests.recorded import Exchange, Recorded, serving

X_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
KEYS = ("bearer_token", "client_id", "client_secret", "username", "password")
COMMON = ("the", "to", "and", "https", "i", "you", "rt", "is", "of")
A_WORD = re.compile(r"[^\W_]{2,}")


@dataclass(frozen=True)
class Raw:
    """A post as it stands in the recording, read here by hand."""

    external_id: str
    text: str
    handle: str
    published_at: datetime
    url: str
    is_removed: bool = False

    def holds(self, word: str) -> bool:
        return bool(re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", self.text.casefold()))


# -- The recordings, read by hand ----------------------------------------------------------------


def tweets(exchange: Exchange) -> list[Raw]:
    body = exchange["body"]
    data = body.get("data") if isinstance(body, dict) and "/2/" in exchange["request"]["uri"] else None
    listed = [item for item in data if "text" in item] if isinstance(data, list) else []
    users = {user["id"]: user for user in (body.get("includes") or {}).get("users", [])} if listed else {}
    return [tweet(item, users) for item in listed]


def tweet(item: dict[str, Any], users: dict[str, Any]) -> Raw:
    handle = users.get(item.get("author_id"), {}).get("username", "")
    text = item.get("note_tweet", item)["text"]
    first = item["edit_history_tweet_ids"][0]
    said_at = item.get("created_at")
    in_id = X_EPOCH + timedelta(milliseconds=int(first) >> 22)
    return Raw(
        external_id=first,
        text=text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"),
        handle=handle,
        published_at=datetime.fromisoformat(said_at) if said_at else in_id,
        url=f"https://x.com/{handle or 'i/web'}/status/{item['id']}",
    )


def things(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict) and node.get("kind") in ("t1", "t3") and isinstance(node.get("data"), dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from things(inner)


def entries(exchange: Exchange) -> list[Raw]:
    # A collection is an object of its own that holds a listing; nothing here ever asks for one.
    if "/collections/" in exchange["request"]["uri"]:
        return []
    return [entry(thing["kind"], thing["data"]) for thing in things(exchange["body"])]


def entry(kind: str, data: dict[str, Any]) -> Raw:
    words = [data["body"]] if kind == "t1" else [data["title"], data["selftext"]]
    path = data.get("permalink") or (
        f"/comments/{data['link_id'][3:]}/_/{data['id']}/" if kind == "t1" else f"/comments/{data['id']}/"
    )
    return Raw(
        external_id=data.get("name") or f"{kind}_{data['id']}",
        text="\n\n".join(word for word in words if word),
        handle="" if data["author"] in (None, "[deleted]") else data["author"],
        published_at=datetime.fromtimestamp(data["created_utc"], UTC),
        url=f"https://www.reddit.com{path}",
        is_removed=words[-1] in ("[deleted]", "[removed]"),
    )


# -- The recordings, polled ----------------------------------------------------------------------


class PollingTestCase(TestCase):
    kind: str

    def setUp(self) -> None:
        keys = dict.fromkeys(KEYS, "key-of-nobody")
        self.source = base.source(self.kind, self.kind, sealed_secrets=vault.seal(keys))

    def poll_through(self, recorded: list[Exchange]) -> list[Poll]:
        """Poll until every answer was given; each is given once, the last again and again."""
        served = [{**exchange, "status": 200, "headers": {}} for exchange in recorded]
        polls: list[Poll] = []
        with serving(served, at_any_path=True) as server, override_settings(SANDBOX_URL=server.url):
            Source.objects.update(options={"api_url": server.url, "backfill_hours": 160})
            while len(server.used) < len(served):
                polls.append(self.poll_once(server))
        return polls

    def poll_once(self, server: Recorded) -> Poll:
        before = len(server.used)
        self.source.refresh_from_db()
        owed = sweep.open_poll(self.source, timezone.now())
        assert owed is not None
        poll = ingest.poll(owed.pk)
        assert poll is not None
        self.assertEqual((poll.state, poll.error), (Poll.State.DONE, ""))
        self.assertGreater(len(server.used), before)
        return poll

    def listen_for(self, words: Iterable[str]) -> list[str]:
        listed = sorted(set(words))
        for begin in range(0, len(listed), 200):
            base.watchlist(*listed[begin : begin + 200], name=f"Words from {begin}")
        return listed

    def check(self, raw: dict[str, Raw], words: list[str]) -> None:
        """Stored is what holds a word, as it stands in the recording; nothing else is."""
        wanted = {name: post for name, post in raw.items() if any(map(post.holds, words))}
        stored = {mention.external_id: mention for mention in Mention.objects.select_related("author")}
        self.assertEqual(stored.keys(), wanted.keys())
        for name, post in wanted.items():
            mention = stored[name]
            handle = mention.author.handle if mention.author else ""
            self.assertEqual(mention.published_at, post.published_at)
            self.assertEqual(mention.url, post.url)
            if not mention.is_gone:
                self.assertEqual((mention.text, handle), (post.text, post.handle))

    def check_ledger(self, polls: list[Poll], first: int) -> None:
        """Every post served is counted once, and what was inserted is there."""
        for poll in polls:
            parts = poll.inserted + poll.updated + poll.unchanged + poll.dropped + poll.quarantined
            self.assertEqual(poll.fetched, parts)
            self.assertEqual(poll.quarantined, 0)
        self.assertGreaterEqual(sum(poll.fetched for poll in polls), first)
        self.assertEqual(sum(poll.inserted for poll in polls), Mention.objects.count())


def own_words(raw: Iterable[Raw]) -> list[str]:
    """The longest word of each post: a watchlist that must find every one that has a word at all."""
    found = (max(A_WORD.findall(post.text.casefold()), key=len, default="") for post in raw)
    return [word for word in found if word]


@needs("twitter_tweepy")
class XTests(PollingTestCase):
    kind = "x"

    def setUp(self) -> None:
        super().setUp()
        self.recorded = [exchange for exchange in exchanges("twitter_tweepy") if tweets(exchange)]
        self.raw = {post.external_id: post for exchange in self.recorded for post in tweets(exchange)}
        self.served = sum(len(tweets(exchange)) for exchange in self.recorded)

    def test_each_post_is_found_by_its_own_words_and_stored_as_it_stands_there(self) -> None:
        words = self.listen_for(own_words(self.raw.values()))
        polls = self.poll_through(self.recorded)
        self.check(self.raw, words)
        self.check_ledger(polls, self.served)
        self.assertGreater(Mention.objects.count(), 200)

    def test_common_words_store_what_holds_them_and_count_the_rest_as_dropped(self) -> None:
        words = self.listen_for(COMMON)
        polls = self.poll_through(self.recorded)
        self.check(self.raw, words)
        self.check_ledger(polls, self.served)
        self.assertGreater(sum(poll.dropped for poll in polls), 0)

    def test_served_again_nothing_is_new(self) -> None:
        self.listen_for(COMMON)
        self.poll_through(self.recorded)
        before = list(Mention.objects.order_by("pk").values())
        polls = self.poll_through(self.recorded)
        self.assertEqual([poll.inserted + poll.updated for poll in polls], [0] * len(polls))
        self.assertEqual(list(Mention.objects.order_by("pk").values()), before)


@needs("reddit_praw")
class RedditTests(PollingTestCase):
    kind = "reddit"

    def setUp(self) -> None:
        super().setUp()
        self.recorded = [exchange for exchange in exchanges("reddit_praw") if entries(exchange)]
        # What was served last is what stands; of some posts an earlier recording says more.
        self.raw = {post.external_id: post for exchange in self.recorded for post in entries(exchange)}
        self.served = sum(len(entries(exchange)) for exchange in self.recorded)

    def test_each_post_is_found_by_its_own_words_and_stored_as_it_stands_there(self) -> None:
        words = self.listen_for(own_words(self.raw.values()))
        polls = self.poll_through(self.recorded)
        self.check(self.raw, words)
        self.check_ledger(polls, self.served)
        self.assertGreater(Mention.objects.count(), 1_900)

    def test_common_words_store_what_holds_them_and_count_the_rest_as_dropped(self) -> None:
        words = self.listen_for(COMMON)
        polls = self.poll_through(self.recorded)
        self.check(self.raw, words)
        self.check_ledger(polls, self.served)
        self.assertGreater(sum(poll.dropped for poll in polls), 0)
