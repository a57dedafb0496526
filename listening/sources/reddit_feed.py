"""Reddit by the feeds of an account: the newest of chosen communities, without an approved application.

Reads: `/r/<communities>/new/.rss` and, with `reads_comments`, `/r/<communities>/comments/.rss`: every entry
is matched here. With `search_too` also the feed of a search of all of Reddit for the watchlist's words, which
finds submissions only. The newest hundred entries each, one feed a call.

Keys: `feed_token` of the account in `account`. Both stand in each address at reddit.com/prefs/feeds, after
`feed=` and `user=`. The token reads whatever the account may read, and can do nothing else; a new password
ends it. Without one Reddit answers hardly any feed.

Limits: not documented. A feed is asked with the marks of its last answer; what Reddit says of its limit is
obeyed. What fell off a feed between two polls is lost: when none of its entries is known, the source says
that some may be missing. A feed never tells that something was deleted, nor which comment another answers.
Where the API is connected as well, in the same hospital, that one looks up what the feed heard.

Names are those of the API: a post that both hear is one mention.

Replies: none; the link leads to the post. Where the API is connected as well, that one answers.

Cursor: `feeds` holds for each feed the marks of its last answer, what was listened for, and in `seen` its
entries with a digest of what they said; `walk` is the feed that is next in a round. Only what is new or has
changed is handed on, and all of it once more when the watchlists change.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms

from listening.sources import (
    answers,
    reddit,
    reddit_entries,
    reddit_things,
    rounds,
    rss_entries,
    search,
    unchanged,
)
from listening.sources.answers import Gone
from listening.sources.contract import (
    AuthFailed,
    Connection,
    Cursor,
    Forbidden,
    Listening,
    Page,
    RateLimited,
    ReplyWay,
    Sent,
    SourceError,
    Target,
)
from listening.sources.http import Answer, accept, exchange
from listening.sources.options import PartsField, address_field, option, secret
from listening.sources.rss import ACCEPT
from listening.sources.search import Syntax
from listening.sources.sheet import Sheet, Terms

NETWORK, SITE = "Reddit", reddit_things.SITE
NAME, MISSING = "feeds", "Its newest posts may be missing."
PAGE_SIZE = 100
WHERE = (
    "Open reddit.com/prefs/feeds as that account: in each address there the token stands between feed= "
    "and &, and the account's name after user=."
)
TOKEN = re.compile(r"[\w-]{8,200}", re.ASCII)  # a shorter one would be cut out of the words of posts


class CommunitiesField(PartsField):
    def split(self, written: str) -> list[str]:
        return reddit.subreddits(written)


class RedditFeedOptions(forms.Form):
    communities = CommunitiesField(
        widget=forms.TextInput,
        validators=[reddit.are_communities],
        help_text="Separated by commas, such as r/yourtown, r/nursing.",
    )
    account = forms.RegexField(
        r"^\s*(?:/?u/)?[\w-]{3,20}\s*\Z",
        help_text="The account whose feed token this is; what it writes itself is skipped. "
        "At reddit.com/prefs/feeds its name stands after user=, and the token after feed=.",
    )
    reads_comments = forms.BooleanField(
        initial=True, required=False, label="Read every comment in these communities"
    )
    search_too = forms.BooleanField(
        required=False,
        label="Search all of Reddit as well",
        help_text="For the watchlist's words, in submissions only.",
    )
    api_url = address_field(SITE)

    def clean_communities(self) -> str:
        named = str(self.cleaned_data["communities"])
        if not reddit.subreddits(named):
            raise forms.ValidationError("Name at least one community, such as r/yourtown.")
        return named


class RedditFeed:
    kind = "reddit_feed"
    label = "Reddit by feed"
    secrets: tuple[str, ...] = ("feed_token",)
    OptionsForm: type[forms.Form] = RedditFeedOptions
    reply_way: ReplyWay = "link_out"
    max_reply_characters = 0
    attribution = "Reddit"
    sheet = Sheet(
        searches="Every submission and comment of the communities that are named; matched here. If chosen, "
        "also submissions anywhere by their words.",
        history="The newest 100 of each feed.",
        replies="None. The link leads to the post.",
        deletions="Not told. Where Reddit's API is connected as well, it looks up what the feed heard; "
        "without it what is deleted at Reddit stays here until somebody erases it.",
        cost="Free. It needs an account, and no approval by Reddit.",
        limits="Not documented; what Reddit asks is obeyed. Every minute is enough.",
        cannot_see="What fell off a feed between two polls, comments outside the named communities, private "
        "communities that the account is not in, and which comment another answers.",
        keys_url="https://www.reddit.com/prefs/feeds",
        keys={"feed_token": "In each address there, between feed= and &."},
        ids="reddit",
        terms_url="https://redditinc.com/policies/user-agreement",
        terms=Terms(recheck_every=timedelta(hours=12)),
    )
    syntax: Syntax | None = None
    reads = "Every submission and comment of the chosen communities"

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        """The next feed of the round."""
        feeds = _feeds(connection, queries)
        if not feeds:
            return Page((), cursor)
        now = datetime.now(UTC)
        walk = rounds.resumed(cursor.get("walk"), list(feeds), now)
        known: dict[str, Any] = (cursor.get(NAME) or {}).get(walk["part"], {})
        try:
            page, known = _read(connection, feeds[walk["part"]], known, _heard(queries), now)
        except SourceError as error:
            # They have their key and their limit in common, and most of them their communities.
            if isinstance(error, AuthFailed | RateLimited) or walk["part"] == next(iter(feeds)):
                raise
            return rounds.passed_over(error, cursor, walk, list(feeds), now, name=NAME, missing=MISSING)
        following = rounds.finished(cursor, walk, list(feeds), known, name=NAME)
        return replace(page, cursor=following, has_more="walk" in following)

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        raise Forbidden("A feed takes no replies. Open the post at Reddit and answer there.")


def _feeds(connection: Connection, queries: Sequence[Listening]) -> dict[str, str]:
    """The path of each feed of a round, under a short name that changes when what it asks for does."""
    place = "+".join(reddit.subreddits(str(option(connection, "communities"))))
    if not place:
        return {}
    paths = [f"/r/{place}/new/.rss?"]
    paths += [f"/r/{place}/comments/.rss?"] if connection.options.get("reads_comments", True) else []
    if option(connection, "search_too"):
        more = {"sort": "new", "syntax": "lucene", "t": "week"}
        searches = search.searches(queries, reddit.SYNTAX)
        paths += [f"/search.rss?{urlencode({'q': text} | more)}&" for text in searches]
    return {search.key(path): path for path in paths}


def _heard(queries: Sequence[Listening]) -> str:
    return search.key(" ".join(str(query.expression) for query in queries))


def _read(
    connection: Connection, path: str, known: dict[str, Any], heard: str, now: datetime
) -> tuple[Page, dict[str, Any]]:
    """What is new in one feed, and what to keep about it."""
    if rounds.is_left_alone(known, now):
        return Page((), {}), known
    is_first = known.get("heard") != heard
    answer = _ask(connection, path, {} if is_first else unchanged.asked(known))
    rate = answers.rate(answer.headers, now)
    if answer.status == 304:
        return Page((), {}, rate=rate), known
    found, is_whole = rss_entries.parsed(answer.body, answer.headers)
    own = _account(connection).lower()
    posts, unreadable = rss_entries.each(found, partial(reddit_entries.post, own=own))
    seen: dict[str, str] = known.get("seen") or {}
    marks = {one.external_id: search.key(one.text)[:8] for one in posts}
    new = [one for one in posts if is_first or seen.get(one.external_id) != marks[one.external_id]]
    ids = [str(entry.get("id")) for entry in found.entries[:PAGE_SIZE]]
    names = [name for name in ids if reddit_entries.NAMED.fullmatch(name)]
    kept: dict[str, Any] = {"heard": heard, "seen": {name: marks.get(name, "") for name in names} or seen}
    kept |= unchanged.kept(answer.headers) if is_whole else {}
    gap = _gap() if seen and names and seen.keys().isdisjoint(names) else ""
    return Page(new, {}, unreadable=unreadable, rate=rate, gap=gap), kept


def _gap() -> str:
    return "More came at Reddit than one of its feeds holds; some posts between two polls may be missing."


def _ask(connection: Connection, path: str, marks: Mapping[str, str]) -> Answer:
    """No redirect is followed: the token would go along."""
    token = secret(connection, "feed_token", NETWORK)
    if not TOKEN.fullmatch(token):
        raise AuthFailed("This is no feed token.", advice=WHERE)
    sent = urlencode({"feed": token, "user": _account(connection), "limit": PAGE_SIZE})
    site = str(option(connection, "api_url", SITE)).rstrip("/")
    headers = {"Accept": ACCEPT, **marks}
    answer = exchange(connection, "GET", f"{site}{path}{sent}", network=NETWORK, headers=headers)
    # An answer repeats the address that it was asked by, and some of it may be kept.
    answer = replace(answer, body=answer.body.replace(token.encode(), b""))
    return answer if answer.status == 304 else _accepted(answer)


def _accepted(answer: Answer) -> Answer:
    if 300 <= answer.status < 400 and "login" not in answer.headers.get("location", "").lower():
        raise Forbidden("Reddit leads elsewhere: a community was renamed, or there is none of this name.")
    try:
        return accept(answer, NETWORK)
    except AuthFailed as error:
        raise AuthFailed("Reddit does not accept the feed token.", raw=error.raw, advice=WHERE) from None
    except Gone:
        raise
    except Forbidden as error:
        if answer.status != 403:
            raise
        message = (
            "Reddit shows this to nobody with this feed token: the community is private, or the token wrong. "
            "The right one stands at reddit.com/prefs/feeds."
        )
        raise Forbidden(message, raw=error.raw) from None


def _account(connection: Connection) -> str:
    return str(option(connection, "account")).strip().removeprefix("/").removeprefix("u/")


adapter = RedditFeed()
