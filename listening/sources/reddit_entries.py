"""Entries of Reddit's feeds as posts, under the names that its API gives them."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from listening.sources import plain, reddit_things, rss_entries
from listening.sources.contract import Post
from listening.sources.reading import Odd

NAMED = re.compile(r"t[13]_[0-9a-z]{1,20}")
ABOVE = re.compile(r"/comments/([0-9a-z]{1,20})/")
BEFORE, AFTER = "<!-- SC_OFF -->", "<!-- SC_ON -->"
"""Between them stands what a person wrote."""

TAIL = re.compile(r"(?:^|\n| )submitted by\s+/?u/\S+(?:\s+to\s+r/\S+)?\s*\[link\]\s*\[comments\]\s*\Z")


def post(entry: Mapping[str, Any], own: str) -> Post | None:
    """One entry; None for one of the account itself."""
    name = str(entry.get("id") or "")
    if not NAMED.fullmatch(name):
        raise Odd("the entry has no name of Reddit's")
    handle = plain.from_html(str(entry.get("author") or "")).removeprefix("/u/").removeprefix("u/")
    if handle.lower() == own:
        return None
    is_comment = name.startswith("t1_")
    title = "" if is_comment else rss_entries.words(entry.get("title_detail"))
    body = words((entry.get("content") or [entry.get("summary_detail")])[0])
    if not (title or body):
        raise Odd("the entry has neither a title nor a text")
    published_at = rss_entries.time_of(entry, "published_parsed")
    updated_at = rss_entries.time_of(entry, "updated_parsed")
    path, above = _place(str(entry.get("link") or ""))
    return Post(
        external_id=name,
        text="\n\n".join(part for part in (title, body) if part),
        url=reddit_things.link(name, {"permalink": path}),
        author_handle="" if handle == reddit_things.NOBODY else handle,
        title=title,
        published_at=published_at or updated_at,
        edited_at=updated_at if published_at and updated_at != published_at else None,
        kind="comment" if is_comment else "post",
        parent_id=above if is_comment else "",
        is_removed=body in reddit_things.GONE,
        network="reddit",
    )


def words(detail: Any) -> str:
    """What a person wrote, without the line that Reddit puts under every submission."""
    value = str(detail.get("value") or "") if isinstance(detail, Mapping) else ""
    written, after, _ = value.partition(BEFORE)[2].rpartition(AFTER)
    return plain.from_html(written) if after else TAIL.sub("", rss_entries.words(detail)).strip()


def _place(link: str) -> tuple[str, str]:
    """The path of a link, and the submission it stands under: the nearest to what a comment answers."""
    try:
        path = quote(urlsplit(link).path, safe="/%")
    except ValueError:
        return "", ""
    found = ABOVE.search(path)
    return path, f"t3_{found[1]}" if found else ""
