"""Where a reading of a Facebook page stands: recommendations, then the feed, then comments post by post.

Pure: a cursor and a page's ids in, the next cursor out. A round reads the feed from its top to the first post
that it knew; each of these posts under which something changed is `due`, and its comments are read, newest
first, to the first that is known. `told` is what the feed said of a post, and becomes its `mark` only once
its comments were read to that place, so that a round which breaks off half-way leaves the post due.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from listening.sources import rounds
from listening.sources.contract import Cursor
from listening.sources.reading import moment

RATINGS, FEED = "ratings", "feed"
KEPT_COMMENTS = 5  # the newest of a post: one may be deleted, and the place where we stopped is still found
ASK_AGAIN = timedelta(days=7)
ROUND = ("walk", "due", "told", "watched")
"""What a cursor holds only while a round is under way."""

Walk = dict[str, Any]


def parts(wanted: Iterable[str], cursor: Cursor, now: datetime) -> list[str]:
    """What a round begins with; what was not offered is asked again after a while."""
    since = {name: moment(at) for name, at in (cursor.get("absent") or {}).items()}
    return [name for name in wanted if not ((at := since.get(name)) and now - at < ASK_AGAIN)]


def begun(cursor: Cursor, walk: Walk) -> Cursor:
    """The cursor as this page finds it; the top of the feed lays out anew what is due."""
    if walk["part"] == FEED and "marks" not in walk:
        return {**cursor, "due": [], "told": {}, "watched": []}
    return dict(cursor)


def knows(cursor: Cursor, walk: Walk, ids: Sequence[str]) -> bool:
    """Whether this page holds something that was there when the part was read before."""
    part = walk["part"]
    if part in (RATINGS, FEED):
        known = (cursor.get("parts") or {}).get(part, [])
    else:
        known = (cursor.get("posts") or {}).get(part, {}).get("newest", [])
    return not set(ids).isdisjoint(known)


def told(cursor: Cursor, marks: Mapping[str, str]) -> Cursor:
    """The feed named these posts, each with what changes when something stands under it; empty: not said."""
    stored = cursor.get("posts") or {}
    changed = [id for id, mark in marks.items() if not mark or stored.get(id, {}).get("mark") != mark]
    due = list(dict.fromkeys([*cursor.get("due", []), *changed]))
    watched = list(dict.fromkeys([*cursor.get("watched", []), *marks]))
    return {**cursor, "due": due, "watched": watched, "told": {**cursor.get("told", {}), **marks}}


def onward(cursor: Cursor, walk: Walk, marks: Mapping[str, str]) -> Cursor:
    """The same part, one page further."""
    return {**cursor, "walk": {**walk, "marks": dict(marks)}}


def finished(cursor: Cursor, walk: Walk, places: Sequence[str]) -> Cursor:
    """The part is read to where it was known, or to its end: keep its top, and go on to the next."""
    part, seen = walk["part"], walk.get("seen", [])
    kept = dict(cursor)
    if part in (RATINGS, FEED):
        kept["parts"] = {**(cursor.get("parts") or {}), part: seen}
    if part == FEED:
        stored = cursor.get("posts") or {}
        kept["posts"] = {id: stored[id] for id in cursor.get("watched", []) if id in stored}
    elif part != RATINGS:
        before = (cursor.get("posts") or {}).get(part, {}).get("newest", [])
        newest = list(dict.fromkeys([*seen, *before]))[:KEPT_COMMENTS]
        read = {"mark": cursor.get("told", {}).get(part, ""), "newest": newest}
        kept["posts"] = {**(cursor.get("posts") or {}), part: read}
    return passed(kept, walk, places)


def passed(cursor: Cursor, walk: Walk, places: Sequence[str]) -> Cursor:
    """On to the next place, whatever became of this one."""
    following = rounds.following(walk, [*places, *(id for id in cursor.get("due", []) if id not in places)])
    if following is None:
        return {name: value for name, value in cursor.items() if name not in ROUND}
    return {**cursor, "walk": following}


def absent(cursor: Cursor, part: str, now: datetime) -> Cursor:
    return {**cursor, "absent": {**(cursor.get("absent") or {}), part: now.isoformat()}}


def present(cursor: Cursor, part: str) -> Cursor:
    """It is offered, after all."""
    if part not in (cursor.get("absent") or {}):
        return cursor
    return {**cursor, "absent": {name: at for name, at in cursor["absent"].items() if name != part}}
