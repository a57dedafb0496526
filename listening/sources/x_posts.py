"""Posts of X as its API gives them, in both shapes: fields say `tweet` before August 2026, `post` after."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from listening.sources.contract import BadPayload, Post
from listening.sources.reading import Odd, identifier, mapping, moment, several, text

# X marks a text without words by codes of its own, which are no languages.
NO_LANGUAGE = frozenset({"und", "zxx", "qam", "qct", "qht", "qme", "qst"})
SNOWFLAKE_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
FIRST_SNOWFLAKE = 30_000_000_000

Users = Mapping[str, Mapping[str, Any]]


def opened(answer: Any) -> tuple[list[Any], Users, Mapping[str, Any]]:
    """The posts, their authors by id, and what X says about the listing."""
    data = answer.get("data") if isinstance(answer, Mapping) else None
    meta = answer.get("meta") if isinstance(answer, Mapping) else None
    if data is None and isinstance(meta, Mapping):
        data = []
    if not isinstance(data, list):
        raise BadPayload("X answered with something that is no list of posts.", raw=str(answer))
    return data, users(answer.get("includes")), meta if isinstance(meta, Mapping) else {}


def users(includes: object) -> Users:
    listed = includes.get("users") if isinstance(includes, Mapping) else None
    if not isinstance(listed, list):
        return {}
    return {str(user["id"]): user for user in listed if isinstance(user, Mapping) and "id" in user}


def newest_id(meta: Mapping[str, Any], data: list[Any]) -> str:
    said = meta.get("newest_id")
    if isinstance(said, str) and said.isdecimal():
        return said
    ids = [str(item.get("id")) for item in data if isinstance(item, Mapping)]
    return max((found for found in ids if found.isdecimal()), key=int, default="")


def post(item: Any, users: Users, own_handle: str) -> Post | None:
    """One post; None for one of our own account."""
    found = mapping(item, "the post")
    user = users.get(str(found.get("author_id", "")), {})
    handle = text(user, "username")
    if own_handle and handle.lower() == own_handle:
        return None
    own_id = identifier(found, "id")
    first_id = _first_version(found) or own_id
    written_at = moment(found.get("created_at"))
    is_edited = first_id != own_id
    return Post(
        external_id=first_id,
        text=_full_text(found),
        url=link(handle, own_id),
        author_id=str(found.get("author_id") or ""),
        author_handle=handle,
        author_name=text(user, "name"),
        published_at=_posted_at(first_id, written_at, is_edited=is_edited),
        edited_at=written_at if is_edited else None,
        language=_language(found),
        parent_id=parent(found),
    )


def link(handle: str, identifier: str) -> str:
    return f"https://x.com/{handle or 'i/web'}/status/{identifier}"


def _first_version(item: Mapping[str, Any]) -> str:
    """Every edit has a new id; the first id of the chain stays."""
    chain = item.get("edit_history_tweet_ids") or item.get("edit_history_post_ids")
    first = chain[0] if isinstance(chain, list) and chain else None
    return first if isinstance(first, str) else ""


def _full_text(item: Mapping[str, Any]) -> str:
    """The whole text; `text` alone stops at 280 characters. X writes & < > as HTML does, and nothing else."""
    note = item.get("note_tweet") or item.get("note_post")
    long_text = text(note, "text") if isinstance(note, Mapping) else ""
    written = long_text or item.get("text")
    if not isinstance(written, str):
        raise Odd("text is not a text")
    return written.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _language(item: Mapping[str, Any]) -> str:
    said = text(item, "lang")
    return "" if said in NO_LANGUAGE else said


def with_links(item: Mapping[str, Any]) -> str:
    """The text with its addresses as they were typed; X shows its own short ones."""
    words = _full_text(item)
    entities = item.get("entities")
    for each in several(entities.get("urls")) if isinstance(entities, Mapping) else ():
        short, long = (
            (each.get("url"), each.get("expanded_url")) if isinstance(each, Mapping) else (None, None)
        )
        if isinstance(short, str) and isinstance(long, str) and short:
            words = words.replace(short, long)
    return words


def parent(item: Mapping[str, Any]) -> str:
    for reference in several(item.get("referenced_tweets") or item.get("referenced_posts")):
        if isinstance(reference, Mapping) and reference.get("type") == "replied_to":
            return text(reference, "id")
    return ""


def _posted_at(first_id: str, written_at: datetime | None, *, is_edited: bool) -> datetime | None:
    """When the first version was posted. Of an edit, or where X says nothing, its id holds the time."""
    if written_at is not None and not is_edited:
        return written_at
    in_id = _snowflake_time(first_id)
    if written_at is None or in_id is None:
        return in_id or written_at
    return in_id if written_at - timedelta(hours=1) <= in_id <= written_at else written_at


def _snowflake_time(identifier: str) -> datetime | None:
    """The time in an id, if it is one of X's own."""
    if not identifier.isdecimal() or int(identifier) < FIRST_SNOWFLAKE:
        return None
    try:
        return SNOWFLAKE_EPOCH + timedelta(milliseconds=int(identifier) >> 22)
    except OverflowError:
        return None
