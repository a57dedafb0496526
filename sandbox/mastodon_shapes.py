"""How Mastodon writes a status and an account. Ids are an instance's own, the `uri` is everybody's."""

import re
from html import escape
from typing import Any
from zlib import crc32

from sandbox import ids
from sandbox.answers import iso
from sandbox.post import Post
from sandbox.town import Town
from sandbox.writer import instance_of

TAG = re.compile(r"(?<!\w)#(\w+)")
LIVELY = re.compile(r"(?<![\w@/.])(@\w+)|(?<!\w)#(\w+)|(https?://[^\s<]+)")


def shown_id(post: Post, instance: str) -> str:
    """The id of a status on this instance: its own at home, another one elsewhere."""
    own = int(ids.mastodon_id(post.order))
    return str(own if instance == instance_of(post.author) else own + 1 + crc32(instance.encode()) % 997)


def account(handle: str, instance: str) -> dict[str, Any]:
    home = instance_of(handle)
    spoken = re.sub(r"[_\d]+", " ", handle).strip() or handle
    return {
        "id": str(crc32(f"{handle}@{instance}".encode(errors="replace"))),
        "username": handle,
        "acct": handle if home == instance else f"{handle}@{home}",
        "display_name": spoken.title(),
        "url": f"https://{home}/@{handle}",
        "uri": f"https://{home}/users/{handle}",
        "bot": False,
        "locked": False,
        "note": "",
        "followers_count": 40,
        "created_at": "2022-11-08T00:00:00.000Z",
    }


def status(post: Post, instance: str, town: Town) -> dict[str, Any]:
    home = instance_of(post.author)
    answered = town.find("mastodon", post.parent) if post.parent else None
    return {
        "id": shown_id(post, instance),
        "created_at": iso(post.at),
        "edited_at": iso(post.edited_at) if post.edited_at else None,
        "in_reply_to_id": shown_id(answered, instance) if answered else None,
        "in_reply_to_account_id": account(answered.author, instance)["id"] if answered else None,
        "sensitive": bool(post.title),
        "spoiler_text": post.title,
        "visibility": "public",
        "language": post.lang,
        "uri": post.id,
        "url": f"https://{home}/@{post.author}/{ids.mastodon_id(post.order)}",
        "replies_count": 0,
        "reblogs_count": crc32(post.id.encode(errors="replace")) % 4,
        "favourites_count": crc32(post.id.encode(errors="replace")) % 9,
        "content": content(post.text, home),
        "reblog": None,
        "account": account(post.author, instance),
        "media_attachments": [],
        "mentions": [],
        "tags": [{"name": tag.lower()} for tag in tags(post)],
        "card": None,
        "poll": None,
    }


def tags(post: Post) -> list[str]:
    return TAG.findall(post.text)


def content(text: str, home: str) -> str:
    """HTML, with everything that people wrote escaped, and names, tags and addresses as links."""
    paragraphs = (lively(part, home).replace("\n", "<br />") for part in text.split("\n\n"))
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def lively(text: str, home: str) -> str:
    said, position = "", 0
    for found in LIVELY.finditer(text):
        said += escape(text[position : found.start()]) + link(found, home)
        position = found.end()
    return said + escape(text[position:])


def link(found: re.Match[str], home: str) -> str:
    name, tag, address = found[1], found[2], found[3]
    if name:
        return (
            f'<span class="h-card"><a href="https://{home}/{name}" class="u-url mention">'
            f"@<span>{name[1:]}</span></a></span>"
        )
    if tag:
        return (
            f'<a href="https://{home}/tags/{tag}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
        )
    scheme, _, rest = address.partition("://")
    return (
        f'<a href="{escape(address)}" rel="nofollow noopener" target="_blank">'
        f'<span class="invisible">{scheme}://</span><span class="ellipsis">{escape(rest[:30])}</span>'
        f'<span class="invisible">{escape(rest[30:])}</span></a>'
    )
