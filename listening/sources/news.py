"""Google News: articles that hold the watchlist's words, by the feed of its search.

Reads: for each search the newest hundred articles of the last day, of the last seven for a search that is new
or was not asked for a day. Google tells the headline, the outlet, the time and a link that leads through
Google to the article; not the article's own words, so that only what stands in the headline is read here.

Keys: none.

Limits: Google documents no limit and gives no promise; one search a minute at most. A watchlist that needs
several searches is asked in turn, one at each poll. Google may answer with a page to agree to, or ask to
wait; then the source says so.

Replies: none; the link leads to the article.

Cursor: `asked` holds when each search was last asked, `last` which it was, and `at` when any was.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms

from listening.sources import search
from listening.sources.contract import (
    Connection,
    Cursor,
    Forbidden,
    Listening,
    Page,
    Post,
    ReplyWay,
    Sent,
    Target,
)
from listening.sources.http import Answer, accept, exchange
from listening.sources.options import address_field, option
from listening.sources.reading import moment
from listening.sources.rss import ACCEPT
from listening.sources.rss_entries import entries
from listening.sources.sheet import Sheet

NETWORK = "Google News"
SITE = "https://news.google.com"
SYNTAX = search.Syntax(
    network=NETWORK,
    longest=180,  # Google reads no more than the first 32 words
    excludes="-",
    author="",
    handle=re.compile(r"(?!)"),  # no author can be asked for
    is_exact=False,  # it also finds other forms of a word
)
APART = timedelta(seconds=60)
A_DAY = timedelta(hours=23)
MOST_ENTRIES = 100
EDITION = re.compile(r"[a-z]{2}(-[A-Z0-9]{2,3})?\Z")


class NewsOptions(forms.Form):
    language = forms.RegexField(
        EDITION, initial="en-US", required=False, help_text="Of the edition, such as en-US, en-GB or es-419."
    )
    country = forms.RegexField(
        r"^[A-Z]{2}\Z", initial="US", required=False, help_text="Of the edition, by its two letters."
    )
    api_url = address_field(SITE)


class News:
    kind = "news"
    label = "Google News"
    secrets: tuple[str, ...] = ()
    OptionsForm: type[forms.Form] = NewsOptions
    reply_way: ReplyWay = "link_out"
    max_reply_characters = 0
    attribution = "Google News"
    sheet = Sheet(
        searches="Articles that Google News finds for the watchlist's words, in one edition. Of each the "
        "headline, the outlet and a link.",
        history="A search that is new goes back 7 days, then one day; the newest 100 articles.",
        replies="None. The link leads to the article.",
        deletions="Not told. An article that is no longer found was not therefore deleted.",
        cost="Free.",
        limits="Not documented, and without a promise; asked once a minute at most.",
        cannot_see="The words of the articles; outlets that Google does not list; more than 100 at a time.",
        terms_url="https://policies.google.com/terms",
        needs_key=False,
    )
    syntax: search.Syntax | None = SYNTAX
    reads = "Headlines of the last day that Google News finds"

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        """The next search in turn, or nothing yet."""
        searches = {search.key(words): words for words in search.searches(queries, SYNTAX)}
        now = datetime.now(UTC)
        at = moment(cursor.get("at"))
        if not searches or (at and timedelta(0) <= now - at < APART):
            return Page((), cursor)
        asked = {name: time for name, time in (cursor.get("asked") or {}).items() if name in searches}
        name = _next(list(searches), cursor.get("last"))
        answer = _ask(connection, searches[name], _days(asked.get(name), now))
        found, unreadable, _ = entries(answer.body, dict(answer.headers), SITE, SITE)
        posts = [article(post) for post in found]
        is_full = len(found) + len(unreadable) >= MOST_ENTRIES
        following = {"asked": {**asked, name: now.isoformat()}, "last": name, "at": now.isoformat()}
        gap = "Google gives the newest hundred articles of a search; there may have been more."
        return Page(posts, following, unreadable=unreadable, gap=gap if is_full else "")

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        raise Forbidden("Google News takes no replies. Open the article and answer there.")


def _next(names: list[str], last: Any) -> str:
    place = names.index(last) + 1 if last in names else 0
    return names[place % len(names)]


def _days(asked_at: Any, now: datetime) -> int:
    """How far back to look, so that nothing lies between this time and the last."""
    before = moment(asked_at)
    return 1 if before and now - before < A_DAY else 7


def _ask(connection: Connection, words: str, days: int) -> Answer:
    language, country = option(connection, "language", "en-US"), option(connection, "country", "US")
    params = {
        # Alternatives stand in brackets, or the time would hold for the last of them alone.
        "q": f"({words}) when:{days}d" if " OR " in words else f"{words} when:{days}d",
        "hl": language,
        "gl": country,
        "ceid": f"{country}:{language if language.startswith(('es-4', 'zh', 'pt')) else language[:2]}",
    }
    site: str = option(connection, "api_url", SITE)
    address = f"{site.rstrip('/')}/rss/search?{urlencode(params)}"
    answer = exchange(connection, "GET", address, network=NETWORK, headers={"Accept": ACCEPT})
    if answer.status in (302, 303) and "consent" in answer.headers.get("location", ""):
        message = "Google wants somebody to agree to its terms before it shows news to this machine."
        raise Forbidden(f"{message} Use the feeds of the outlets themselves.")
    return accept(answer, NETWORK)


def article(post: Post) -> Post:
    """Google writes `Headline - Outlet`, and under it the same again, linked."""
    outlet = post.author_name
    headline = post.title.removesuffix(f" - {outlet}") if outlet else post.title
    if not outlet and " - " in headline:
        headline, _, outlet = headline.rpartition(" - ")
    headline = headline.strip() or post.title
    return replace(post, title=headline, text=headline or post.text, author_name=outlet.strip())


adapter = News()
