"""What X and Reddit once answered, served again and polled: what the raw JSON says, the ledger says."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import TestCase, override_settings
from django.utils import timezone

from listening import ingest, sweep, vault
from listening.models import Mention, PageAhead, Poll, Source
from tests import base
from tests.proof.material import exchanges, needs
from tests.recorded import Exchange, Recorded, serving

pytestmark = pytest.mark.walk

X_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
KEYS = ("bearer_token", "client_id", "client_secret", "username", "password")
COMMON = ("the", "to", "and", "https", "i", "you", "rt", "is", "of")
A_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Raw:
    """A post as it stands in the recording, read here by hand."""

    external_id: str
    text: str
    handle: str
    published_at: datetime
    url: str

    @property
    def words(self) -> set[str]:
        return set(A_WORD.findall(self.text.casefold()))


# -- The recordings, read by hand ----------------------------------------------------------------


def tweets(exchange: Exchange) -> list[Raw]:
    body = exchange["body"]
    data = body.get("data") if isinstance(body, dict) and "/2/" in exchange["request"]["uri"] else None
    listed = [item for item in data if "text" in item] if isinstance(data, list) else []
    users = {user["id"]: user for user in (body.get("includes") or {}).get("users", [])} if listed else {}
    return [tweet(item, users) for item in listed]


def tweet(item: dict[str, Any], users: dict[str, Any]) -> Raw:
    handle = users.get(str(item.get("author_id")), {}).get("username", "")
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
    )


# -- The recordings, polled ----------------------------------------------------------------------


class PollingTestCase(TestCase):
    kind: str

    def setUp(self) -> None:
        keys = dict.fromkeys(KEYS, "key-of-nobody")
        self.source = base.source(self.kind, self.kind, sealed_secrets=vault.seal(keys))

    def poll_through(self, recorded: list[Exchange]) -> list[Poll]:
        """Poll until every answer was given, the last again and again, and none waits to be stored."""
        served = [{**exchange, "status": 200, "headers": {}} for exchange in recorded]
        polls: list[Poll] = []
        with serving(served, at_any_path=True) as server, override_settings(SANDBOX_URL=server.url):
            Source.objects.update(options={"api_url": server.url, "backfill_hours": 160})
            while len(server.used) < len(served):
                polls.append(self.poll_once(server))
            while PageAhead.objects.exists():
                polls.append(self.poll_once(server, asks=False))
        return polls

    def poll_once(self, server: Recorded, *, asks: bool = True) -> Poll:
        before = len(server.used)
        self.source.refresh_from_db()
        owed = sweep.open_poll(self.source, timezone.now(), asks=asks)
        assert owed is not None
        poll = ingest.poll(owed.pk)
        assert poll is not None
        self.assertEqual((poll.state, poll.error), (Poll.State.DONE, ""))
        self.assertEqual(len(server.used) > before, asks)
        return poll

    def listen_for(self, words: Iterable[str]) -> list[str]:
        listed = sorted(set(words))
        for begin in range(0, len(listed), 200):
            base.watchlist(*listed[begin : begin + 200], name=f"Words from {begin}")
        return listed

    def check(self, posts: list[Raw], words: list[str]) -> None:
        """Stored is what holds a word, as it stands in the recording; nothing else is."""
        served: dict[str, list[Raw]] = {}
        for post in posts:
            served.setdefault(post.external_id, []).append(post)
        stored = {mention.external_id: mention for mention in Mention.objects.select_related("author")}
        wanted = {post.external_id for post in posts if post.words & set(words)}
        self.assertEqual(stored.keys(), wanted)
        for name, mention in stored.items():
            said = served[name]
            self.assertEqual(mention.published_at, said[-1].published_at)
            self.assertFalse(mention.is_published_guessed)
            # Of one post the recordings give two addresses, and a name or none.
            self.assertIn(mention.url, {post.url for post in said})
            if not mention.is_gone:
                self.assertEqual(mention.text, said[-1].text)
                self.assertIn(mention.author.handle if mention.author else "", {post.handle for post in said})

    def check_ledger(self, polls: list[Poll], first: int) -> None:
        """Every post served is counted once, and what was inserted is there."""
        for poll in polls:
            parts = poll.inserted + poll.updated + poll.unchanged + poll.dropped + poll.quarantined
            self.assertEqual(poll.fetched, parts)
            self.assertEqual(poll.quarantined, 0)
        self.assertGreaterEqual(sum(poll.fetched for poll in polls), first)
        self.assertEqual(sum(poll.inserted for poll in polls), Mention.objects.count())
        self.assertGreater(sum(poll.dropped for poll in polls), 0)


def own_words(posts: Iterable[Raw]) -> list[str]:
    """The longest word of every other post: a watchlist that finds half for sure, and not all."""
    half = list({post.external_id: post for post in posts}.values())[::2]
    found = (max(post.words, key=lambda word: (len(word), word), default="") for post in half)
    return [word for word in found if len(word) > 1]


def saying_more(recorded: Iterable[Exchange]) -> Iterator[Exchange]:
    """Reddit's answers without those that say nothing of any post that was not said before."""
    said: set[Raw] = set()
    for exchange in recorded:
        if not said.issuperset(found := entries(exchange)):
            said.update(found)
            yield exchange


@needs("twitter_tweepy")
class XTests(PollingTestCase):
    kind = "x"

    def setUp(self) -> None:
        super().setUp()
        self.recorded = [exchange for exchange in exchanges("twitter_tweepy") if tweets(exchange)]
        self.posts = [post for exchange in self.recorded for post in tweets(exchange)]

    def test_what_a_word_finds_is_stored_as_it_stands_there_and_the_rest_is_counted(self) -> None:
        for name, words in (("own", own_words(self.posts)), ("common", COMMON)):
            with self.subTest(name), transaction.atomic():
                listed = self.listen_for(words)
                polls = self.poll_through(self.recorded)
                self.check(self.posts, listed)
                self.check_ledger(polls, len(self.posts))
                self.check_again()
                transaction.set_rollback(True)

    def check_again(self) -> None:
        """Served again nothing is new."""
        before = list(Mention.objects.order_by("pk").values())
        polls = self.poll_through(self.recorded)
        self.assertEqual([poll.inserted + poll.updated for poll in polls], [0] * len(polls))
        self.assertEqual(list(Mention.objects.order_by("pk").values()), before)


@needs("reddit_praw")
class RedditTests(PollingTestCase):
    kind = "reddit"

    def test_what_a_word_finds_is_stored_as_it_stands_there_and_the_rest_is_counted(self) -> None:
        recorded = list(saying_more(exchanges("reddit_praw")))
        posts = [post for exchange in recorded for post in entries(exchange)]
        words = self.listen_for(own_words(posts))
        polls = self.poll_through(recorded)
        self.check(posts, words)
        self.check_ledger(polls, len(posts))
