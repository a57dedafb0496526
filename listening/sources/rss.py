"""RSS and Atom: the articles of news sites, blogs and alerts that offer a feed.

Reads: the addresses in `feeds`, one a line. Every entry is handed on and matched here. A search at a news
site often has a feed of its own; give its address.

Keys: none. A private feed's address holds its token, so it is never shown in a message or a log.

Limits: a feed is asked with the marks of its last answer, so that nothing is sent when nothing is new. Ask no
feed more often than every few minutes. At most three redirects are followed, each checked like the first; no
address in a private network is read. What a feed dropped before it was read is lost: feeds hold only their
newest entries.

Replies: none; the link leads to the article.

Cursor: `feeds` holds for each feed the marks of its last answer, the address it moved to for good, and until
when it asked to be left alone; `walk` is the feed that is next in a round.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
from django import forms

from hospital.guard import Deadline
from listening.sources import contract, rounds, unchanged
from listening.sources.contract import (
    Connection,
    Cursor,
    Forbidden,
    Listening,
    Page,
    ReplyWay,
    Sent,
    SourceError,
    Target,
)
from listening.sources.http import Answer, accept, exchange
from listening.sources.options import LinesField, is_web_address, lines, named
from listening.sources.rss_entries import entries
from listening.sources.search import Syntax
from listening.sources.sheet import Sheet

ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
MOST_REDIRECTS = 3
FOR_GOOD = frozenset({301, 308})
FOR_NOW = frozenset({302, 303, 307})

NAME, MISSING = "feeds", "Its newest entries may be missing."


class RssOptions(forms.Form):
    feeds = LinesField(help_text="One address a line.")

    def clean_feeds(self) -> str:
        for feed in named(self.cleaned_data["feeds"]):
            is_web_address(feed)
        return str(self.cleaned_data["feeds"])


class Rss:
    kind = "rss"
    label = "News and blogs (RSS)"
    secrets: tuple[str, ...] = ()
    OptionsForm: type[forms.Form] = RssOptions
    reply_way: ReplyWay = "link_out"
    max_reply_characters = 0
    attribution = ""
    sheet = Sheet(
        searches="Every entry of the feeds that are named; matched here.",
        history="What the feed holds: its newest entries.",
        replies="None. The link leads to the article.",
        deletions="Not told. An entry that left its feed was not therefore deleted.",
        cost="Free.",
        limits="Every few minutes at most.",
        cannot_see="What is behind a paywall, and what left the feed between two polls.",
        needs_key=False,
    )
    syntax: Syntax | None = None
    reads = "Every entry of the chosen feeds"

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        """The next feed of the round."""
        feeds = lines(connection, "feeds")
        if not feeds:
            return Page((), cursor)
        now = datetime.now(UTC)
        walk = rounds.resumed(cursor.get("walk"), feeds, now)
        known: dict[str, Any] = (cursor.get("feeds") or {}).get(walk["part"], {})
        try:
            posts, unreadable, known = _read(connection, walk["part"], known, now)
        except SourceError as error:
            return rounds.passed_over(error, cursor, walk, feeds, now, name=NAME, missing=MISSING)
        following = rounds.finished(cursor, walk, feeds, known, name=NAME)
        return Page(posts, following, "walk" in following, unreadable)

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        raise Forbidden("A feed takes no replies. Open the article and answer there.")


def _read(
    connection: Connection, feed: str, known: dict[str, Any], now: datetime
) -> tuple[Any, Any, dict[str, Any]]:
    """The entries of one feed, the unreadable ones, and what to keep about it."""
    if rounds.is_left_alone(known, now):
        return (), (), known
    answer, address, home = _get(connection, known.get("address", feed), known)
    if answer.status == 304:
        return (), (), known
    posts, unreadable, is_whole = entries(answer.body, dict(answer.headers), address, feed)
    kept = {"address": home} if home != feed else {}
    # A feed with an error in it is read again in full: what the error hid may be whole then.
    return posts, unreadable, kept | (unchanged.kept(answer.headers) if is_whole else {})


def _get(connection: Connection, address: str, known: dict[str, Any]) -> tuple[Answer, str, str]:
    """The answer, the address it came from, and the address to keep: where only lasting redirects led."""
    headers = {"Accept": ACCEPT, **unchanged.asked(known)}
    deadline = Deadline(contract.CALL_SECONDS)
    network, home, is_lasting = name_of(address), address, True
    for _ in range(MOST_REDIRECTS + 1):
        answer = exchange(connection, "GET", address, network=network, headers=headers, deadline=deadline)
        if answer.status == 304:
            return answer, address, home
        if answer.status not in FOR_GOOD | FOR_NOW or "location" not in answer.headers:
            return accept(answer, network), address, home
        address = _joined(address, answer.headers["location"])
        is_lasting = is_lasting and answer.status in FOR_GOOD
        home = address if is_lasting else home
    raise Forbidden(f"{network} sends its reader from one address to the next; give the last one.")


def _joined(address: str, location: str) -> str:
    try:
        return str(httpx.URL(address).join(location))
    except (httpx.InvalidURL, ValueError):
        raise Forbidden("A feed leads to something that is not a web address.") from None


def name_of(address: str) -> str:
    """How a feed is called in a message: by its host alone, for its path may hold a token."""
    try:
        return f"The feed at {httpx.URL(address).host}"
    except (httpx.InvalidURL, ValueError):
        return "The feed"


adapter = Rss()
