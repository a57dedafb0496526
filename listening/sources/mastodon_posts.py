"""A status of Mastodon as a post. Its content is HTML that a stranger's server has made."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from listening.sources import plain
from listening.sources.contract import Post, Written
from listening.sources.reading import Odd, identifier, mapping, moment, text

PUBLIC = ("public", "unlisted")


def post(item: Any, host: str, own_account: str = "", uris: Mapping[str, str] | None = None) -> Post | None:
    """One status as the instance `host` shows it; None for a boost, for what is not public, and for our own.

    `uris` says what the statuses beside it are called everywhere, for an answer names its parent only by the
    id that it has on this instance.
    """
    found = mapping(item, "the post")
    if found.get("reblog") or text(found, "visibility") not in ("", *PUBLIC):
        return None
    account = mapping(found.get("account") or {}, "the account")
    handle = full_handle(account, host)
    if own_account and handle.lower() == full_name(own_account, host):
        return None
    own_id = identifier(found, "id")
    warning = plain.from_html(text(found, "spoiler_text"))
    words = plain.from_html(text(found, "content", required=True))
    link = web_link(text(found, "url")) or web_link(text(found, "uri"))
    return Post(
        external_id=text(found, "uri") or f"https://{host}/statuses/{own_id}",
        text="\n\n".join(part for part in (warning, words) if part),
        url=link,
        author_id=text(account, "uri") or text(account, "url"),
        author_handle=handle,
        author_name=text(account, "display_name"),
        title=warning,
        published_at=moment(found.get("created_at")),
        edited_at=moment(found.get("edited_at")),
        kind="comment" if found.get("in_reply_to_id") else "post",
        language=language(found),
        parent_id=parent(found, host, uris or {}),
    )


def full_handle(account: Mapping[str, Any], host: str) -> str:
    """`name@server` for everybody; an instance leaves its own name out."""
    name = text(account, "acct") or text(account, "username")
    return name if "@" in name or not name else f"{name}@{host}"


def full_name(own_account: str, host: str) -> str:
    name = own_account.strip().lstrip("@").lower()
    return name if "@" in name or not name else f"{name}@{host}".lower()


def language(item: Mapping[str, Any]) -> str:
    return text(item, "language").lower().partition("-")[0]


def parent(item: Mapping[str, Any], host: str, uris: Mapping[str, str]) -> str:
    answered = item.get("in_reply_to_id")
    if not isinstance(answered, str) or not answered:
        return ""
    return uris.get(answered) or f"https://{host}/statuses/{answered}"


def web_link(address: str) -> str:
    try:
        return address if urlsplit(address).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def uris(items: list[Any]) -> dict[str, str]:
    """What each status is called everywhere, by its id on this instance."""
    named = (item for item in items if isinstance(item, Mapping))
    return {str(item["id"]): str(item["uri"]) for item in named if "id" in item and item.get("uri")}


def written(item: Any, target: str) -> Written:
    """An answer of ours, without the name of whom it answers, which had to stand before its words."""
    found = mapping(item, "the post")
    own_id = text(found, "uri") or identifier(found, "id")
    words = plain.from_html(text(found, "content", required=True))
    at, link = moment(found.get("created_at")), web_link(text(found, "url"))
    return Written(own_id, without_name(words), link, at, target)


def without_name(words: str) -> str:
    first, _, rest = words.partition(" ")
    return rest if first.startswith("@") and len(first) > 1 and rest else words


def ours(item: Any, host: str, own_account: str, known: Mapping[str, str]) -> Written | None:
    """An answer of our own account in a timeline of many people's, where what it answers is known."""
    found = mapping(item, "the post")
    account = found.get("account")
    if not own_account or not isinstance(account, Mapping):
        return None
    if full_handle(account, host).lower() != full_name(own_account, host):
        return None
    answered = parent(found, host, known)
    if not answered:
        return None
    if text(found, "visibility") not in ("", *PUBLIC):
        raise Odd("an answer of ours that is not public")
    return written(found, answered)
