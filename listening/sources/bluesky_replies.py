"""Our answer to a post on Bluesky, and what our account's own records say that it answered there.

A record stands under a key that its writer chooses. Ours is made of the post and the words, so that the same
reply sent twice is one record: the server refuses the second.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from listening.sources import bluesky_line, bluesky_posts
from listening.sources.answers import Rejected
from listening.sources.bluesky_line import NETWORK
from listening.sources.bluesky_posts import COLLECTION
from listening.sources.contract import (
    Connection,
    Forbidden,
    SendUnknown,
    Sent,
    Target,
    Thread,
    Written,
)
from listening.sources.http import sending
from listening.sources.reading import EPOCH, mapping, read_each

MOST_PAGES = 2
PAGE_SIZE = 100
DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
WITHIN = timedelta(hours=1)
LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")


def publish(connection: Connection, target: Target, words: str, at: datetime) -> Sent:
    answered = _answered(connection, target)
    used = bluesky_line.session(connection)
    key = record_key(used.did, target, words)
    body = {
        "repo": used.did,
        "collection": COLLECTION,
        "rkey": key,
        "record": record(answered, words, at),
    }
    uri = f"at://{used.did}/{COLLECTION}/{key}"
    try:
        with sending(NETWORK):
            made, _, _ = bluesky_line.post(connection, "com.atproto.repo.createRecord", body)
    except Rejected as error:
        if "exists" not in error.raw.lower():
            raise
        return Sent(uri, bluesky_posts.link(used.handle or used.did, uri))
    named = made.get("uri") if isinstance(made, Mapping) else None
    if not isinstance(named, str) or not bluesky_posts.ADDRESS.match(named):
        raise SendUnknown("Bluesky took the reply and did not say under which id. Look before sending again.")
    return Sent(named, bluesky_posts.link(used.handle or used.did, named))


def _answered(connection: Connection, target: Target) -> Mapping[str, Any]:
    """The post as it is now: an answer names it by a digest of its words."""
    if not bluesky_posts.ADDRESS.match(target.external_id):
        raise Forbidden("This is not a post of Bluesky.")
    said, _, _ = bluesky_line.get(connection, "app.bsky.feed.getPosts", [("uris", target.external_id)])
    found = next((each for each in bluesky_posts.listed(said, "posts") if _is(each, target)), None)
    if found is None:
        raise Forbidden("The post is no longer there; it can't be answered.")
    viewer = found.get("viewer")
    if isinstance(viewer, Mapping) and viewer.get("replyDisabled"):
        raise Forbidden("The author lets only some people answer this post. Open it and look.")
    return mapping(found, "the post")


def _is(item: Any, target: Target) -> bool:
    is_same = isinstance(item, Mapping) and item.get("uri") == target.external_id
    return is_same and isinstance(item.get("cid"), str)


def record(answered: Mapping[str, Any], words: str, at: datetime) -> dict[str, Any]:
    parent = {"uri": answered["uri"], "cid": answered["cid"]}
    made = {
        "$type": COLLECTION,
        "text": words,
        "createdAt": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "reply": {"root": _root(answered) or parent, "parent": parent},
    }
    facets = [*links(words), *names(words, answered.get("author"))]
    return {**made, "facets": facets} if facets else made


def _root(answered: Mapping[str, Any]) -> dict[str, str] | None:
    """The first post of the conversation, as the answered one names it."""
    said = answered.get("record")
    reply = said.get("reply") if isinstance(said, Mapping) else None
    root = reply.get("root") if isinstance(reply, Mapping) else None
    if not isinstance(root, Mapping):
        return None
    uri, cid = root.get("uri"), root.get("cid")
    return {"uri": uri, "cid": cid} if isinstance(uri, str) and isinstance(cid, str) else None


def links(words: str) -> list[dict[str, Any]]:
    """Without it an address in the words is no link there."""
    return [
        facet(words, found.start(), found.end(), {"$type": "app.bsky.richtext.facet#link", "uri": found[0]})
        for found in LINK.finditer(words)
    ]


def names(words: str, author: Any) -> list[dict[str, Any]]:
    """Where the words name the author of the post."""
    handle, did = (author.get("handle"), author.get("did")) if isinstance(author, Mapping) else (None, None)
    if not isinstance(handle, str) or not isinstance(did, str) or not handle:
        return []
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": did}
    pattern = re.compile(rf"(?<![\w@.])@{re.escape(handle)}(?![\w-])", re.IGNORECASE)
    return [facet(words, found.start(), found.end(), feature) for found in pattern.finditer(words)]


def facet(words: str, start: int, end: int, feature: dict[str, Any]) -> dict[str, Any]:
    """Places are counted in bytes."""
    before, within = _bytes(words[:start]), _bytes(words[start:end])
    return {"index": {"byteStart": before, "byteEnd": before + within}, "features": [feature]}


def _bytes(words: str) -> int:
    return len(words.encode("utf-8", "surrogatepass"))


def record_key(did: str, target: Target, words: str) -> str:
    """A key as the network makes them of the time, here within an hour after the post that is answered."""
    said = "\n".join((did, target.external_id, words)).encode("utf-8", "surrogatepass")
    lot = int.from_bytes(hashlib.sha256(said).digest()[:8])
    began = (target.published_at or EPOCH) - EPOCH
    micros = max(0, began // timedelta(microseconds=1)) + (lot >> 10) % (WITHIN // timedelta(microseconds=1))
    number = micros << 10 | lot % 1024
    return "".join(DIGITS[number >> 5 * place & 31] for place in reversed(range(13)))


def read(connection: Connection, target: Target) -> Thread:
    """Every record of ours that answers the post. Keys fall with time, and none of them is older than it."""
    used, cursor = bluesky_line.session(connection), ""
    found: list[Written] = []
    for _ in range(MOST_PAGES):
        params: list[tuple[str, str | int]] = [
            ("repo", used.did),
            ("collection", COLLECTION),
            ("limit", PAGE_SIZE),
        ]
        params += [("cursor", cursor)] if cursor else []
        said, _, _ = bluesky_line.get(connection, "com.atproto.repo.listRecords", params)
        items = bluesky_posts.listed(said, "records")
        written, unreadable = read_each(items, lambda item: _written(item, target, used.handle or used.did))
        found += written
        cursor = said.get("cursor") if isinstance(said.get("cursor"), str) else ""
        if unreadable or not cursor or not items or _is_beyond(items, target):
            return Thread(found, is_whole=not unreadable)
    return Thread(found, is_whole=False)


def _written(item: Any, target: Target, name: str) -> Written | None:
    found = mapping(item, "the record")
    value = mapping(found.get("value"), "the record's value")
    if bluesky_posts.parent_of(value) != target.external_id:
        return None
    return bluesky_posts.written(bluesky_posts.address(found), value, name)


def _is_beyond(items: list[Any], target: Target) -> bool:
    """Whether the oldest key of a page is from before the post was written."""
    last = items[-1].get("uri") if isinstance(items[-1], Mapping) else None
    at = key_time(last.rpartition("/")[2]) if isinstance(last, str) else None
    return bool(at and target.published_at and at < target.published_at)


def key_time(key: str) -> datetime | None:
    if len(key) != 13 or not set(key) <= set(DIGITS):
        return None
    number = 0
    for digit in key:
        number = number << 5 | DIGITS.index(digit)
    try:
        return EPOCH + timedelta(microseconds=number >> 10)
    except OverflowError:
        return None
