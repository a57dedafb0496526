"""Bluesky: posts that hold the watchlist's words, found by search, and replies from the hospital's account.

Reads: `app.bsky.feed.searchPosts`, newest first. The search knows no OR, so that every alternative of a
watchlist is a search of its own. Its makers ask that it is not polled hard: for everything as it is written,
without a key, there is the live stream; this is for a new watchlist's past, and for answering.

Keys: `handle` of the hospital's account and an `app_password` (Settings, Privacy and security, App
passwords). Without an account Bluesky answers a search with 403 and a page.

Limits: 3,000 calls in 5 minutes for each address, 100 posts a call; an account may sign in 30 times in 5
minutes and 300 times a day, so that a session is kept for an hour.

Replies: to any post whose author lets everybody answer; 300 characters. The reply's key is made of the post
and its words: sent twice, the second is refused by the server and nothing is public twice. What we said is
read back from the account's own records, where it stands at once.

Deletions: stored posts are looked up again, 25 a call; what is not given back was deleted or is hidden.

Cursor: `parts` holds for every search when it was last asked; the next begins a quarter of a minute before
that, and every five minutes (`looked_at`) ten minutes before, for what came late into the index.
`walk` is where a listing stands half-way; after two thousand posts the search is begun anew `until` the
oldest of them.

The client library (atproto) is not used: it checks every answer against models of its own, so that one odd
post loses its whole page, it asks for a profile at each sign-in, and it tells an ended session as a bad
request. Its calls are plain JSON.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from listening.sources import answers, bluesky_line, bluesky_posts, bluesky_replies, search
from listening.sources.bluesky_line import HOST, NETWORK
from listening.sources.contract import (
    Connection,
    Cursor,
    Fate,
    Listening,
    Page,
    Post,
    Rate,
    ReplyWay,
    Sent,
    Target,
    Thread,
)
from listening.sources.options import BackfillForm, address_field, option
from listening.sources.reading import moment, read_each
from listening.sources.sheet import Sheet, Terms

SYNTAX = search.Syntax(
    network=NETWORK,
    longest=400,
    excludes="-",
    author="from:",
    handle=re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"),
    is_exact=False,  # it also finds other forms of a word
    has_or=False,
)
PAGE_SIZE = 100
MOST_PAGES = 20
MOST_RECHECKED = 25
OVERLAP, SHORT_OVERLAP = timedelta(minutes=10), timedelta(seconds=15)
WHOLE_EVERY = timedelta(minutes=5)
"""In a storm ten minutes are thousands of posts: they are not read anew with every poll."""
BEGUN = ("part", "asked_at", "looked_at", "since")


class BlueskyOptions(BackfillForm):
    api_url = address_field(HOST)


class Bluesky:
    kind = "bluesky"
    label = "Bluesky"
    secrets: tuple[str, ...] = ("handle", "app_password")
    OptionsForm: type[forms.Form] = BlueskyOptions
    reply_way: ReplyWay = "api"
    max_reply_characters = 300
    attribution = "Bluesky"
    sheet = Sheet(
        searches="Posts and replies that hold the words asked for, all over the network.",
        history="All of it; a new watchlist begins with the hours that are set.",
        replies="From the hospital's account, where the author lets everybody answer.",
        deletions="Stored posts are looked up again.",
        cost="Free.",
        limits="3,000 calls in 5 minutes; every alternative of a watchlist is a search of its own.",
        cannot_see="Posts of people who block the account, and direct messages.",
        keys_url="https://bsky.app/settings/app-passwords",
        keys={
            "handle": "Of the hospital's account, such as name.bsky.social.",
            "app_password": "Not the password of the account: one that is made for this alone.",
        },
        ids="bluesky",
        terms_url="https://docs.bsky.app/docs/support/developer-guidelines",
        terms=Terms(recheck_every=timedelta(hours=12)),
    )
    syntax: search.Syntax | None = SYNTAX
    reads = "Posts that Bluesky's search finds"
    most_rechecked = MOST_RECHECKED

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        """One page of one search: the one half-way, or the first that this round has not read."""
        parts = {search.key(words): words for words in search.searches(queries, SYNTAX)}
        if not parts:
            return Page((), cursor)
        now = datetime.now(UTC)
        backfill = timedelta(hours=int(option(connection, "backfill_hours", 24)))
        walk = resumed(cursor, list(parts), now, backfill)
        asked: list[tuple[str, str | int]] = [
            ("q", parts[walk["part"]]),
            ("sort", "latest"),
            ("limit", PAGE_SIZE),
            ("since", walk["since"]),
        ]
        asked += [(name, walk[name]) for name in ("until", "cursor") if name in walk]
        try:
            said, answer, used = bluesky_line.get(connection, "app.bsky.feed.searchPosts", asked)
        except answers.Rejected:
            if "cursor" not in walk or walk.get("is_second"):
                raise
            # The mark of a page is no longer taken: read that listing once more from its top.
            again = {name: walk[name] for name in (*BEGUN, "until") if name in walk}
            return Page((), {**cursor, "walk": {**again, "is_second": True}}, has_more=True)
        rate = answers.rate(answer.headers, now)
        return _page(said, used.did, rate, cursor, walk, list(parts))

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        return bluesky_replies.publish(connection, target, text, datetime.now(UTC))

    def replies_to(self, connection: Connection, target: Target) -> Thread:
        return bluesky_replies.read(connection, target)

    def recheck(self, connection: Connection, ids: Sequence[str]) -> dict[str, Fate]:
        asked = [uri for uri in ids[:MOST_RECHECKED] if bluesky_posts.ADDRESS.match(uri)]
        if not asked:
            return {}
        params = [("uris", uri) for uri in asked]
        said, _, _ = bluesky_line.get(connection, "app.bsky.feed.getPosts", params)
        shown = {
            str(item.get("uri")) for item in bluesky_posts.listed(said, "posts") if isinstance(item, Mapping)
        }
        return {uri: Fate("live" if uri in shown else "deleted") for uri in asked}


def resumed(cursor: Cursor, parts: list[str], now: datetime, backfill: timedelta) -> dict[str, Any]:
    """What to ask next: the listing half-way, else the first search that this round has not read."""
    walk: dict[str, Any] = cursor.get("walk") or {}
    if walk.get("part") in parts and "since" in walk:
        return dict(walk)
    part = walk["part"] if walk.get("part") in parts else parts[0]
    known = (cursor.get("parts") or {}).get(part) or {}
    read_until, looked_at = moment(known.get("asked_at")), moment(known.get("looked_at"))
    is_short = read_until and looked_at and now - looked_at < WHOLE_EVERY
    since = read_until - (SHORT_OVERLAP if is_short else OVERLAP) if read_until else now - backfill
    return {
        "part": part,
        "asked_at": now.isoformat(),
        "looked_at": known["looked_at"] if is_short else now.isoformat(),
        "since": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _page(
    said: Any, own_did: str, rate: Rate, cursor: Cursor, walk: dict[str, Any], parts: list[str]
) -> Page:
    items = bluesky_posts.listed(said, "posts")
    posts, unreadable = read_each(items, lambda item: bluesky_posts.post(item, own_did))
    ours, _ = read_each(items, lambda item: bluesky_posts.ours(item, own_did))
    mark, pages = said.get("cursor"), walk.get("pages", 0) + 1
    known = {part: cursor["parts"][part] for part in parts if part in (cursor.get("parts") or {})}
    goes_on = bool(items) and isinstance(mark, str) and bool(mark) and mark != walk.get("cursor")
    until = _behind(posts) if goes_on and pages >= MOST_PAGES else ""
    gap = ""
    if goes_on and pages < MOST_PAGES:
        following: Cursor = {"parts": known, "walk": {**walk, "cursor": mark, "pages": pages}}
    elif until and until < walk.get("until", "9"):
        begun = {name: walk[name] for name in BEGUN if name in walk}
        following = {"parts": known, "walk": {**begun, "until": until}}
    else:
        gap = "Bluesky found more than is read of one search; older posts may be missing." if goes_on else ""
        following = _finished(known, walk, parts)
    return Page(posts, following, "walk" in following, unreadable, rate, gap, ours)


def _behind(posts: Sequence[Post]) -> str:
    """Just after the oldest post of a page: a listing goes only so deep, and there the search begins anew."""
    oldest = min((post.published_at for post in posts if post.published_at), default=None)
    return (oldest + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ") if oldest else ""


def _finished(known: dict[str, Any], walk: Mapping[str, Any], parts: list[str]) -> Cursor:
    """The listing of one search is stored whole: the next search is due."""
    known[walk["part"]] = {name: walk[name] for name in ("asked_at", "looked_at") if name in walk}
    rest = parts[parts.index(walk["part"]) + 1 :]
    return {"parts": known, "walk": {"part": rest[0]}} if rest else {"parts": known}


adapter = Bluesky()
