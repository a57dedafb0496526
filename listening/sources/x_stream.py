"""X, live: posts that hold the watchlist's words, as they are written, by the filtered stream.

Reads: what the rules find that are made of the watchlists, replies included, plain reposts left out. A
changed watchlist changes the rules: what is missing is added, and only rules with our tag are taken away. It
is listened to by `manage.py stream`, not polled. What was said while it was away is read by recent search,
for the stream's own way back is another plan's.

Keys: `bearer_token` of an app of one's own (console.x.com). To reply also the four keys of the account.

Limits: one connection, 1,000 rules of 1,024 characters, fewer on some plans (`most_rules`); 50 connections
and 450 searches in 15 minutes. X charges for every post it tells, as it does for those it finds.

Replies: as with X's search: only where the author mentioned or quoted the account.

Deletions: not told; stored posts are looked up again.

Cursor: that of X's search, a part each search. Each post that is stored moves all of them to two minutes
before it. Search lags by half a minute: it is asked when the stream is open, and again a minute later.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import requests
import tweepy
from django import forms

from listening.sources import listened, x, x_posts, x_rules
from listening.sources.bridge import Bridge, session
from listening.sources.contract import (
    Connection,
    Cursor,
    Fate,
    Listening,
    Page,
    QuotaExhausted,
    SourceError,
    Unavailable,
    Unreadable,
)
from listening.sources.options import BackfillForm, address_field, option, secret
from listening.sources.push import Closed, Opening, Told, Wire
from listening.sources.reading import Odd, mapping, several
from listening.sources.sheet import Sheet, Terms

OVERLAP = 120_000 << 22
"""Two minutes, as ids of X count them."""

MOST_RULES = 1000
RULES_SECONDS = 8.0
SEVERAL = "TooManyConnections"


class XStreamOptions(BackfillForm):
    own_handle = forms.CharField(
        required=False, help_text="The hospital's own account; its posts are skipped."
    )
    most_rules = forms.IntegerField(
        initial=MOST_RULES, min_value=1, max_value=25_000, required=False, help_text="As the plan allows."
    )
    api_url = address_field(x.HOST)


class XStream(x.X):
    kind = "x_stream"
    label = "X (live)"
    OptionsForm: type[forms.Form] = XStreamOptions
    sheet = Sheet(
        searches="Posts and replies that hold the words asked for, as they are written; no reposts.",
        history="What was said before it began, or while it was away: 7 days, by search.",
        replies="Only to somebody who mentioned or quoted our account. Any other is posted by hand.",
        deletions="Stored posts are looked up again.",
        cost="Paid for each post: 0.005 dollars. A thousand a day are about 5 dollars.",
        limits="One connection; 1,000 rules of 1,024 characters, fewer on some plans.",
        cannot_see="Protected accounts, direct messages, and plain reposts.",
        keys_url="https://console.x.com/",
        keys={
            "bearer_token": "To listen.",
            **x.OF_THE_ACCOUNT,
            "consumer_key": "Only to answer, as are the next three. X also says API key.",
        },
        ids="x",
        terms_url="https://docs.x.com/developer-terms/policy",
        terms=Terms(may_export=False, recheck_every=timedelta(days=1)),
    )
    reads = "Posts that X's stream finds by the watchlists' words"
    name = x.NETWORK
    wire: Wire = "lines"
    silence = timedelta(seconds=45)  # it says that it lives every twenty
    fills_after = (timedelta(0), timedelta(seconds=60))

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        return listened.named(super().fetch(connection, queries, cursor), "x")

    def fill(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        page = self.fetch(connection, queries, cursor)
        left_out = len(x_rules.written(queries)) - _most(connection)
        if left_out <= 0 or page.gap:
            return page
        return replace(page, gap=f"The watchlists need {left_out} more rules than this plan of X takes.")

    def recheck(self, connection: Connection, ids: Sequence[str]) -> dict[str, Fate]:
        return listened.fates_named(super().recheck(connection, ids), "x")

    def asked(self, connection: Connection, queries: Sequence[Listening]) -> Sequence[str]:
        return x_rules.written(queries)[: _most(connection)]

    def opening(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Opening:
        bearer = secret(connection, "bearer_token", x.NETWORK)
        rules = self.asked(connection, queries)
        if not rules:
            raise Unavailable("No watchlist asks X for anything yet.")
        x_rules.settle(_client(connection, bearer), rules)
        fields = {
            "tweet.fields": ",".join(x.POST_FIELDS),
            "expansions": "author_id",
            "user.fields": "username,name",
        }
        address = str(option(connection, "api_url", x.HOST)).rstrip("/")
        return Opening(
            f"{address}/2/tweets/search/stream?{urlencode(fields)}", {"Authorization": f"Bearer {bearer}"}
        )

    def tell(self, connection: Connection, message: bytes, cursor: Cursor) -> Told | None:
        try:
            item = mapping(json.loads(message), "the message")
        except (ValueError, RecursionError) as error:
            return Told(cursor, unreadable=_unreadable(message, error))
        if "data" not in item:
            if ended := _ended(several(item.get("errors"))):
                raise ended
            return Told(cursor, unreadable=_unreadable(message, Odd("it holds no post")))
        own = str(option(connection, "own_handle")).lstrip("@").lower()
        try:
            post = x_posts.post(item["data"], x_posts.users(item.get("includes")), own)
        except Odd as odd:
            return Told(cursor, unreadable=_unreadable(message, odd))
        following = _moved(cursor, item["data"])
        return Told(following, replace(post, network="x") if post else None)

    def refused(self, error: SourceError) -> SourceError:
        if SEVERAL in error.raw:
            said = "X tells one listener at a time, and another is connected with these keys."
            return Unavailable(said, raw=error.raw)
        return error

    def lost_since(self, cursor: Cursor, now: datetime) -> str:
        return f"Posts before {now:%Y-%m-%d %H:%M} UTC may be missing: what X sent was too long to read."


def _most(connection: Connection) -> int:
    return int(option(connection, "most_rules", MOST_RULES))


def _client(connection: Connection, bearer: str) -> tweepy.StreamingClient:
    """For the rules alone. Its own stream comes back at once and for ever, whatever it is told."""
    client = tweepy.StreamingClient(bearer, return_type=requests.Response, wait_on_rate_limit=False)
    hurried = replace(connection, seconds=min(RULES_SECONDS, connection.seconds or RULES_SECONDS))
    client.session = session({x.HOST: Bridge(hurried, option(connection, "api_url", x.HOST), x.NETWORK)})
    return client


def _ended(errors: Sequence[Any]) -> SourceError | None:
    """What a message means that holds no post and says what is wrong."""
    said = json.dumps(errors)
    if not errors:
        return None
    if "operational-disconnect" in said or "OperationalDisconnect" in said:
        return Closed("X moves its listeners elsewhere.", raw=said)
    if "usage-cap" in said or "UsageCap" in said:
        return QuotaExhausted("X: the credit or quota is used up.", raw=said)
    if SEVERAL in said:
        return Unavailable("X tells one listener at a time, and another is connected.", raw=said)
    return Unavailable("X ended the stream.", raw=said)


def _moved(cursor: Cursor, item: Mapping[str, Any]) -> Cursor:
    """Each search at two minutes before this post, but never back."""
    own_id = str(item.get("id", ""))
    if not own_id.isdecimal() or len(own_id) > 20:
        return cursor
    before = max(int(own_id) - OVERLAP, 1)
    parts = cursor.get("parts") or {}
    moved = {key: {"since_id": str(max(before, _since(known)))} for key, known in parts.items()}
    return {**cursor, "parts": moved}


def _since(known: Mapping[str, Any]) -> int:
    since = str(known.get("since_id", ""))
    return int(since) if since.isdecimal() else 0


def _unreadable(message: bytes, error: Exception) -> Unreadable:
    reason = str(error) if isinstance(error, Odd) else "it is not JSON"
    return Unreadable(reason, message[:65536].decode("utf-8", "replace"))


adapter = XStream()
