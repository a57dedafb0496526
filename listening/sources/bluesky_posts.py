"""Bluesky's posts, as its search, its look-up and an account's own records show them."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from listening.sources.contract import BadPayload, Post, Written
from listening.sources.reading import Odd, mapping, moment, text

COLLECTION = "app.bsky.feed.post"
ADDRESS = re.compile(rf"at://(did:[a-z]+:[\w.:%-]+)/{re.escape(COLLECTION)}/([\w.~:-]{{1,512}})\Z")


def listed(answer: Any, name: str) -> list[Any]:
    found = answer.get(name) if isinstance(answer, Mapping) else None
    if not isinstance(found, list):
        raise BadPayload("Bluesky answered with something that is no list of posts.", raw=str(answer))
    return found


def post(item: Any, own_did: str) -> Post | None:
    """One post; None for one of our own account."""
    found = mapping(item, "the post")
    uri = address(found)
    record = mapping(found.get("record"), "the record")
    author = mapping(found.get("author") or {}, "the author")
    did, handle = text(author, "did"), text(author, "handle")
    if did and did == own_did:
        return None
    parent = parent_of(record)
    return Post(
        external_id=uri,
        text=text(record, "text", required=True),
        url=link(handle or did, uri),
        author_id=did,
        author_handle="" if handle == "handle.invalid" else handle,
        author_name=text(author, "displayName"),
        published_at=written_at(record, found.get("indexedAt")),
        kind="comment" if parent else "post",
        language=language(record),
        parent_id=parent,
    )


def address(item: Mapping[str, Any]) -> str:
    uri = text(item, "uri", required=True)
    if not ADDRESS.match(uri):
        raise Odd("uri is not that of a post")
    return uri


def link(name: str, uri: str) -> str:
    return f"https://bsky.app/profile/{name or uri.split('/')[2]}/post/{uri.rpartition('/')[2]}"


def written_at(record: Mapping[str, Any], indexed: Any) -> datetime | None:
    """Whichever is earlier, as Bluesky sorts: an app may write any time it likes into a record."""
    said, seen = moment(record.get("createdAt")), moment(indexed)
    return min(said, seen) if said and seen else said or seen


def parent_of(record: Mapping[str, Any]) -> str:
    reply = record.get("reply")
    parent = reply.get("parent") if isinstance(reply, Mapping) else None
    uri = parent.get("uri") if isinstance(parent, Mapping) else None
    return uri if isinstance(uri, str) else ""


def language(record: Mapping[str, Any]) -> str:
    langs = record.get("langs")
    first = langs[0] if isinstance(langs, list) and langs else ""
    return first.lower().partition("-")[0] if isinstance(first, str) else ""


def ours(item: Any, own_did: str) -> Written | None:
    """An answer of our own account among the posts that a search found."""
    found = mapping(item, "the post")
    author = found.get("author")
    if not isinstance(author, Mapping) or author.get("did") != own_did:
        return None
    record = mapping(found.get("record"), "the record")
    return written(address(found), record, text(author, "handle")) if parent_of(record) else None


def written(uri: str, record: Mapping[str, Any], handle: str) -> Written:
    at = moment(record.get("createdAt"))
    return Written(uri, text(record, "text", required=True), link(handle, uri), at, parent_of(record))
