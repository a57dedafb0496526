"""X: posts that hold the watchlist's words, and replies in the name of the hospital's account.

Reads: recent search of API v2, which reaches seven days back and no longer finds plain reposts. Or, or also,
what mentions the hospital's account: the newest 800 such posts, each kept whatever the watchlists say.

Keys (console.x.com, an app of one's own): `bearer_token` to search. To read the account's mentions and
to reply `consumer_key`, `consumer_secret`, `access_token` and `access_token_secret` of the hospital's
account, with write permission to reply.

Limits: 450 searches in 15 minutes, 512 characters a search (a long watchlist becomes several searches), 100
posts a call. X charges for every post it returns, and less for those that mention the account whose keys
these are; when the credit is used up it answers 402, and the source waits. What is deleted at X must be
deleted here, and nobody may derive a person's health from X.

Replies: X accepts one only where the post's author mentioned or quoted the hospital's account, unless the
contract is Enterprise. Elsewhere it answers 403, and a person opens the post and answers by hand. What we
said is read back from the account's own timeline, which is charged as an owned read.

Cursor: `parts` holds for every search, and for the mentions, the id of the newest post whose whole listing
was stored; `walk` is where a listing stands half-way. The new id takes over only with a listing's last page.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import tweepy
from django import forms

from listening.sources import answers, rounds, search, x_mentions, x_posts, x_rechecks, x_replies
from listening.sources.bridge import Bridge, session
from listening.sources.contract import (
    Connection,
    Cursor,
    Fate,
    Forbidden,
    Listening,
    Page,
    ReplyWay,
    SendUnknown,
    Sent,
    Target,
    Thread,
)
from listening.sources.http import sending
from listening.sources.options import BackfillForm, address_field, option, secret
from listening.sources.reading import moment, read_each
from listening.sources.sheet import Sheet, Terms

NETWORK = "X"
HOST = "https://api.twitter.com"  # tweepy knows no other, and signs for this one
OF_THE_ACCOUNT = {
    "consumer_key": "Only to answer and to read mentions, as are the next three. X also says API key.",
    "consumer_secret": "X also says API key secret.",
    "access_token": "Of the hospital's account; to answer, with the right to write.",
    "access_token_secret": "It stands beside the access token.",
}
SYNTAX = search.Syntax(
    network=NETWORK,
    longest=512,
    excludes="-",
    author="from:",
    handle=re.compile(r"[A-Za-z0-9_]{1,15}"),
    is_exact=True,
    dollars_per_post=0.005,
    price_note="Half a cent for each post; looking up who wrote it may cost another cent.",
)
PAGE_SIZE = 100
SEARCH_REACHES = timedelta(days=7) - timedelta(minutes=5)
OVERLAP = timedelta(minutes=5)
POST_FIELDS = ["created_at", "lang", "author_id", "conversation_id", "referenced_tweets", "note_tweet"]


class XOptions(BackfillForm):
    reads = forms.ChoiceField(
        choices=[
            ("search", "What the watchlists' words find"),
            ("mentions", "What mentions the account"),
            ("both", "Both"),
        ],
        initial="search",
        required=False,
        help_text="What mentions the account costs a tenth of a cent a post and needs the account's own "
        "keys; searching costs half a cent.",
    )
    own_handle = forms.CharField(
        required=False, help_text="The hospital's own account; its posts are skipped."
    )
    api_url = address_field(HOST)


class X:
    kind = "x"
    label = "X"
    secrets: tuple[str, ...] = (
        "bearer_token",
        "consumer_key",
        "consumer_secret",
        "access_token",
        "access_token_secret",
    )
    OptionsForm: type[forms.Form] = XOptions
    reply_way: ReplyWay = "summoned_only"
    max_reply_characters = 280
    attribution = "X"
    sheet = Sheet(
        searches="Posts and replies of the last seven days that hold the words asked for; no reposts. "
        "Or only, or also, what mentions the hospital's account.",
        history="7 days; of mentions the newest 800.",
        replies="Only to somebody who mentioned or quoted our account. Any other is posted by hand.",
        deletions="Stored posts are looked up again.",
        cost="Paid for each post read: 0.005 dollars, 0.001 where it mentions the account. A thousand found "
        "a day are about 5 dollars.",
        limits="450 searches in 15 minutes; 512 characters a search.",
        cannot_see="Protected accounts, direct messages, and what is older than seven days.",
        keys_url="https://console.x.com/",
        keys={"bearer_token": "To search.", **OF_THE_ACCOUNT},
        ids="x",
        terms_url="https://docs.x.com/developer-terms/policy",
        terms=Terms(may_export=False, recheck_every=timedelta(days=1)),
    )
    syntax: search.Syntax | None = SYNTAX
    reads = "Posts of the last seven days that X's search finds, or what mentions the account"

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        """One page of one search, or of the mentions: the one half-way, or the first not read this round."""
        parts = _parts(connection, queries)
        if not parts:
            return Page((), cursor)
        now = datetime.now(UTC)
        walk = resumed(
            cursor, list(parts), now, timedelta(hours=int(option(connection, "backfill_hours", 24)))
        )
        try:
            response = self._asked(connection, parts[walk["part"]], walk)
        except answers.Rejected as error:
            if "next_token" in walk:
                return _begun_again(cursor, walk)
            if "since_id" in walk and "since_id" in error.raw:
                return _widened(cursor, walk, now)
            raise
        return _page(connection, response, cursor, walk, list(parts))

    def _asked(self, connection: Connection, text: str, walk: Mapping[str, Any]) -> requests.Response:
        if walk["part"] != x_mentions.PART:
            return _search(connection, text, walk)
        client = self._signing(connection)
        return x_mentions.ask(client, connection.secrets["access_token"], POST_FIELDS, walk)

    def replies_to(self, connection: Connection, target: Target) -> Thread:
        client = self._signing(connection)
        return x_replies.read(
            client, target, connection.secrets["access_token"], option(connection, "own_handle")
        )

    most_rechecked = x_rechecks.MOST

    def recheck(self, connection: Connection, ids: Sequence[str]) -> dict[str, Fate]:
        client = _client(connection, bearer_token=secret(connection, "bearer_token", NETWORK))
        return x_rechecks.read(client, ids, POST_FIELDS)

    def _signing(self, connection: Connection) -> tweepy.Client:
        return _client(connection, **{name: secret(connection, name, NETWORK) for name in self.secrets[1:]})

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        client = self._signing(connection)
        try:
            with sending(NETWORK):
                response = client.create_tweet(
                    text=text, in_reply_to_tweet_id=target.external_id, user_auth=True
                )
        except Forbidden as error:
            raise Forbidden(refusal(error.raw), raw=error.raw) from None
        return _sent(response.json(), option(connection, "own_handle"))


def refusal(raw: str) -> str:
    """Why X did not take a reply, and what a person can do."""
    if "duplicate" in raw.lower():
        return "X says that this very text is already posted. Open the post and look before anything else."
    return (
        "X accepts a reply through its API only where the author mentioned or quoted this account. "
        "Open the post on X and answer there."
    )


def _parts(connection: Connection, queries: Sequence[Listening]) -> dict[str, str]:
    """What is asked for, by its name in the cursor: the text of each search, and of the mentions none."""
    reads = option(connection, "reads", "search")
    mentions = {x_mentions.PART: ""} if reads in ("mentions", "both") else {}
    wanted = () if reads == "mentions" else search.searches(queries, SYNTAX)
    return mentions | {search.key(text): text for text in wanted}


def resumed(cursor: Cursor, parts: list[str], now: datetime, backfill: timedelta) -> dict[str, Any]:
    """What to ask next: the listing half-way if its search still exists, else the round's first search."""
    walk: dict[str, Any] = cursor.get("walk") or {}
    part = walk.get("part")
    if part in parts and "next_token" in walk:
        return dict(walk)
    part = part if part in parts else parts[0]
    known = (cursor.get("parts") or {}).get(part, {})
    started = {"part": part, "asked_at": now.isoformat()}
    if "since_id" in known:
        return {**started, "since_id": known["since_id"]}
    read_until = moment(known.get("asked_at"))
    start = read_until - OVERLAP if read_until else now - backfill
    return {**started, "start_time": max(start, now - SEARCH_REACHES).strftime("%Y-%m-%dT%H:%M:%SZ")}


def _client(connection: Connection, **keys: str) -> tweepy.Client:
    client = tweepy.Client(**keys, return_type=requests.Response, wait_on_rate_limit=False)
    client.session = session({HOST: Bridge(connection, option(connection, "api_url", HOST), NETWORK)})
    return client


def _search(connection: Connection, text: str, walk: Mapping[str, Any]) -> requests.Response:
    client = _client(connection, bearer_token=secret(connection, "bearer_token", NETWORK))
    asked = {name: walk[name] for name in ("since_id", "start_time", "next_token") if name in walk}
    response: requests.Response = client.search_recent_tweets(
        query=text,
        max_results=PAGE_SIZE,
        tweet_fields=POST_FIELDS,
        expansions=["author_id"],
        user_fields=["username", "name"],
        **asked,
    )
    return response


def _begun_again(cursor: Cursor, walk: Mapping[str, Any]) -> Page:
    """A page token, or the start it belongs to, is no longer taken: read that listing from its top."""
    parts = dict(cursor.get("parts", {}))
    if "start_time" in walk:
        parts[walk["part"]] = {"asked_at": walk["start_time"]}
    return Page((), {"parts": parts, "walk": {"part": walk["part"]}}, has_more=True)


def _widened(cursor: Cursor, walk: Mapping[str, Any], now: datetime) -> Page:
    """The newest known post is older than X's search reaches: begin again as far back as it does."""
    reach = (now - SEARCH_REACHES + OVERLAP).isoformat()
    parts = {**cursor.get("parts", {}), walk["part"]: {"asked_at": reach}}
    gap = "Posts from before the last seven days may be missing: X no longer searches further back."
    return Page((), {"parts": parts, "walk": {"part": walk["part"]}}, has_more=True, gap=gap)


def _page(
    connection: Connection,
    response: requests.Response,
    cursor: Cursor,
    walk: dict[str, Any],
    parts: list[str],
) -> Page:
    data, users, meta = x_posts.opened(response.json())
    own = option(connection, "own_handle").lstrip("@").lower()
    is_mentions = walk["part"] == x_mentions.PART
    as_post = x_mentions.post if is_mentions else x_posts.post
    posts, unreadable = read_each(data, lambda item: as_post(item, users, own))
    ours, _ = read_each(data, lambda item: x_replies.ours(item, users, own))
    token, gap = meta.get("next_token"), ""
    walk["read"] = walk.get("read", 0) + len(data)
    known = {part: cursor.get("parts", {})[part] for part in parts if part in cursor.get("parts", {})}
    if "newest_id" not in walk and (newest := x_posts.newest_id(meta, data)):
        walk["newest_id"] = newest
    is_again = rounds.repeats(walk, (item.get("id") for item in data if isinstance(item, dict)))
    if isinstance(token, str) and token and token != walk.get("next_token") and not is_again:
        following: Cursor = {"parts": known, "walk": {**walk, "next_token": token}}
    else:
        following = _finished(known, walk, parts)
        gap = x_mentions.cut_off(walk) if is_mentions else ""
        gap = f"{NETWORK} {rounds.REPEATED}" if is_again and token else gap
    rate = answers.rate(response.headers, datetime.now(UTC))
    return Page(posts, following, "walk" in following, unreadable, rate, gap, ours)


def _finished(known: dict[str, Any], walk: Mapping[str, Any], parts: list[str]) -> Cursor:
    """The listing of one search is stored whole: its newest id takes over, and the next search is due."""
    since = walk.get("newest_id") or walk.get("since_id")
    known[walk["part"]] = {"since_id": since} if since else {"asked_at": walk["asked_at"]}
    rest = parts[parts.index(walk["part"]) + 1 :]
    return {"parts": known, "walk": {"part": rest[0]}} if rest else {"parts": known}


def _sent(answer: Any, own_handle: str) -> Sent:
    data = answer.get("data") if isinstance(answer, Mapping) else None
    identifier = data.get("id") if isinstance(data, Mapping) else None
    if not isinstance(identifier, str) or not identifier:
        raise SendUnknown("X took the reply and did not say under which id. Look before sending again.")
    return Sent(identifier, x_posts.link(own_handle.lstrip("@"), identifier))


adapter = X()
