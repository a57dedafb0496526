"""Entries of a feed as posts."""

import calendar
import hashlib
import io
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import feedparser

from listening.sources import plain
from listening.sources.contract import BadPayload, Post, Unreadable
from listening.sources.reading import Odd

ENDINGS = (b"</rss>", b"</feed>", b"</rdf:rdf>", b"</channel>")
# A wrong content type or character set in the headers says nothing about the feed itself.
HARMLESS = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)
TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid")


def entries(
    body: bytes, headers: Mapping[str, str], address: str, feed: str
) -> tuple[list[Post], list[Unreadable], bool]:
    """The entries as posts, those that could not be read, and whether the feed was without an error."""
    found, is_whole = parsed(body, headers)
    language = str(found.feed.get("language") or "").lower().partition("-")[0]
    posts, unreadable = each(found, lambda entry: post(entry, address, feed, language))
    return posts, unreadable, is_whole


def parsed(body: bytes, headers: Mapping[str, str]) -> tuple[feedparser.FeedParserDict, bool]:
    """The feed, and whether it is without an error; BadPayload where it is none, or not all of one."""
    # Without the feed's address: feedparser would make the id "17" an address too, the same for every feed.
    response = {"content-type": headers.get("content-type", "")}
    try:
        # Everything becomes plain text further on, so feedparser's own cleaning would be double work.
        found = feedparser.parse(
            io.BytesIO(body), response_headers=response, sanitize_html=False, resolve_relative_uris=False
        )
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        raise BadPayload(
            f"The feed could not be read ({type(error).__name__}).", raw=_beginning(body)
        ) from None
    if not found.get("version"):
        raise BadPayload("The address answered with something that is no feed.", raw=_beginning(body))
    is_broken = bool(found.get("bozo")) and not isinstance(found.get("bozo_exception"), HARMLESS)
    if is_broken and not body.rstrip().lower().endswith(ENDINGS):
        raise BadPayload("The feed's answer stops in the middle.", raw=_beginning(body))
    return found, not is_broken


def each(
    found: feedparser.FeedParserDict, read: Callable[[Mapping[str, Any]], Post | None]
) -> tuple[list[Post], list[Unreadable]]:
    """Every entry as it is read, left out when it is none that is wanted, or as Unreadable."""
    posts: list[Post] = []
    unreadable: list[Unreadable] = []
    for entry in found.entries:
        try:
            one = read(entry)
        except Odd as odd:
            unreadable.append(Unreadable(str(odd), repr(dict(entry))[:65536], str(entry.get("id", ""))))
            continue
        if one is not None:
            posts.append(one)
    return posts, unreadable


def _beginning(body: bytes) -> str:
    return body[:65536].decode("utf-8", "replace")


def post(entry: Mapping[str, Any], address: str, feed: str, language: str) -> Post:
    link = _web_link(address, str(entry.get("link") or ""))
    title = words(entry.get("title_detail"))
    body = words((entry.get("content") or [entry.get("summary_detail")])[0])
    if not (title or body):
        raise Odd("the entry has neither a title nor a text")
    published_at, updated_at = time_of(entry, "published_parsed"), time_of(entry, "updated_parsed")
    return Post(
        external_id=_key(str(entry.get("id") or ""), link, feed, title + body),
        text="\n\n".join(part for part in (title, body) if part),
        url=link,
        author_name=plain.from_html(str(entry.get("author") or _outlet(entry))),
        title=title,
        published_at=published_at or updated_at,
        edited_at=updated_at if published_at and updated_at != published_at else None,
        kind="article",
        language=language,
    )


def _outlet(entry: Mapping[str, Any]) -> str:
    """Where an entry of a feed that gathers others' articles came from."""
    source = entry.get("source")
    return str(source.get("title") or "") if isinstance(source, Mapping) else ""


def words(detail: Any) -> str:
    """The plain text of one of feedparser's text constructs."""
    if not isinstance(detail, Mapping):
        return ""
    value = str(detail.get("value") or "")
    return value.strip() if detail.get("type") == "text/plain" else plain.from_html(value)


def _web_link(address: str, link: str) -> str:
    """The whole address of a link as it stands in the feed; empty unless it leads to the web."""
    try:
        whole = urljoin(address, link.strip()) if link.strip() else ""
        return whole if urlsplit(whole).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _key(given: str, link: str, feed: str, words: str) -> str:
    """What the entry is known by: its id, else its link, else its words.

    An id that is no address of any kind ("17") is only unique in its own feed.
    """
    if given and ":" in given:
        return given
    if given:
        return f"{_digest(feed)}:{given}"
    return normalised(link) if link else f"{_digest(feed)}:{_digest(words)}"


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def normalised(link: str) -> str:
    """The link without what differs from reader to reader: tracking marks, fragment, case of the host."""
    parts = urlsplit(link)
    kept = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not pair[0].startswith(TRACKING)
    ]
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", urlencode(kept), ""))


def time_of(entry: Mapping[str, Any], name: str) -> datetime | None:
    """When it was `published_parsed` or `updated_parsed`; None where it does not say."""
    # feedparser gives the one time for the other where it is missing, unless it is asked as a plain dict.
    parsed = dict.get(entry, name) if isinstance(entry, dict) else None
    if not isinstance(parsed, time.struct_time):
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None
