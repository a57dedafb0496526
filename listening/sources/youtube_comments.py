"""Comments of YouTube, read into what the contract knows."""

from collections.abc import Mapping, Sequence
from typing import Any

from listening.sources.contract import BadPayload, Post, Written
from listening.sources.reading import identifier, mapping, moment, text


def listed(answer: Any) -> list[Any]:
    items = answer.get("items") if isinstance(answer, Mapping) else None
    if not isinstance(items, list):
        raise BadPayload("YouTube answered with something that is no list of comments.", raw=str(answer))
    return items


def each_of(threads: Sequence[Any]) -> list[Any]:
    """The comment at the top of each thread and the answers that came with it; what is odd stays as it is."""
    found: list[Any] = []
    for thread in threads:
        snippet = thread.get("snippet") if isinstance(thread, Mapping) else None
        top = snippet.get("topLevelComment") if isinstance(snippet, Mapping) else None
        found.append(top if isinstance(top, Mapping) else thread)
        replies = thread.get("replies") if isinstance(thread, Mapping) else None
        answers = replies.get("comments") if isinstance(replies, Mapping) else None
        found += answers if isinstance(answers, list) else []
    return found


def page_of(video: str, id: str) -> str:
    watched = f"v={video}&" if video else ""
    return f"https://www.youtube.com/watch?{watched}lc={id}"


def said(item: Any, hint: str) -> Post:
    found = mapping(item, "the comment")
    id, snippet = identifier(found, "id"), mapping(found.get("snippet"), "its snippet")
    published_at, updated_at = moment(snippet.get("publishedAt")), moment(snippet.get("updatedAt"))
    is_edited = published_at is not None and updated_at is not None and updated_at > published_at
    return Post(
        external_id=id,
        text=text(snippet, "textDisplay", required=True),
        url=page_of(text(snippet, "videoId"), id),
        author_id=_author(snippet),
        author_name=text(snippet, "authorDisplayName"),
        published_at=published_at or updated_at,
        edited_at=updated_at if is_edited else None,
        kind="comment",
        parent_id=text(snippet, "parentId") or (id.partition(".")[0] if "." in id else ""),
        facility_hint=hint,
    )


def ours(item: Any, own: Sequence[str]) -> Written | None:
    """What one of our channels wrote; None for what others did."""
    snippet = mapping(mapping(item, "the comment").get("snippet"), "its snippet")
    if _author(snippet) not in own:
        return None
    post = said(item, "")
    return Written(post.external_id, post.text, post.url, post.published_at, post.parent_id)


def _author(snippet: Mapping[str, Any]) -> str:
    channel = snippet.get("authorChannelId")
    return text(channel, "value") if isinstance(channel, Mapping) else ""
