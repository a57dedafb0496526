"""Facebook's recommendations, posts and comments, each read into what the contract knows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from listening.sources.contract import BadPayload, Post, Written
from listening.sources.reading import identifier, mapping, moment, text

POST_FIELDS = "id,message,story,created_time,updated_time,from,permalink_url,comments.limit(0).summary(true)"
COMMENT_FIELDS = "id,message,created_time,from,permalink_url,parent{id}"
RATING_FIELDS = (
    "created_time,has_rating,has_review,recommendation_type,review_text,rating,open_graph_story,reviewer"
)
OBJECT = re.compile(r"\d{1,30}(?:_\d{1,30})?\Z")
RECOMMENDS = {"positive": "Would recommend", "negative": "Would not recommend"}
NEXT = ("after", "until", "since", "__paging_token")


def listed(answer: Any) -> list[Any]:
    found = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(found, list):
        raise BadPayload("Facebook answered with something that is no list.", raw=str(answer))
    return found


def following(answer: Any, read: Mapping[str, str]) -> dict[str, str]:
    """What to ask the next page with; empty when there is none.

    Only the marks are taken from the address in the answer, for that also holds the token.
    """
    paging = answer.get("paging")
    address = paging.get("next") if isinstance(paging, Mapping) else None
    if not isinstance(address, str):
        return {}
    marks = {name: found for name in NEXT if (found := _mark(address, name))}
    return {} if marks == dict(read) else marks


def _mark(address: str, name: str) -> str:
    hit = re.search(rf"[?&]{name}=([^&#]{{1,1000}})", address)
    return hit[1] if hit else ""


def rating(item: Any, page: str) -> Post:
    """A recommendation, or a review with stars from before there were any.

    Who wrote it, and the story that makes it something one can answer, are left out for many.
    """
    found = mapping(item, "the recommendation")
    reviewer = mapping(found.get("reviewer") or {}, "the reviewer")
    story = mapping(found.get("open_graph_story") or {}, "the story")
    created = text(found, "created_time", required=True)
    id = identifier(story, "id") if story else f"{page}/{_name(reviewer) or 'someone'}/{created}"
    stars, words = found.get("rating"), text(found, "review_text")
    said = RECOMMENDS.get(text(found, "recommendation_type"), "")
    return Post(
        external_id=id,
        text=words or said,
        title=said if words else "",
        url=f"https://www.facebook.com/{id if story else page + '/reviews'}",
        author_id=_name(reviewer),
        author_name=text(reviewer, "name"),
        published_at=moment(created),
        kind="review",
        rating=stars if isinstance(stars, int) and not isinstance(stars, bool) and 1 <= stars <= 5 else None,
        facility_hint=page,
    )


def entry(item: Any, page: str) -> Post | None:
    """What somebody wrote on the page; None for what the page wrote itself."""
    found, author = _opened(item)
    if author.get("id") == page:
        return None
    return Post(
        external_id=identifier(found, "id"),
        text=text(found, "message") or text(found, "story"),
        url=_link(found),
        author_id=_name(author),
        author_name=text(author, "name"),
        published_at=moment(found.get("created_time")),
        facility_hint=page,
    )


def mark(item: Any) -> tuple[str, str]:
    """A post's id, and what changes when something new stands under it; empty where Facebook does not say."""
    found, _ = _opened(item)
    comments = found.get("comments")
    summary = comments.get("summary") if isinstance(comments, Mapping) else None
    count = summary.get("total_count") if isinstance(summary, Mapping) else None
    changed = found.get("updated_time")
    said = f"{count} {changed}" if isinstance(count, int) and isinstance(changed, str) else ""
    return identifier(found, "id"), said


def comment(item: Any, page: str, under: str) -> Post | None:
    """What somebody wrote under a post; None for what the page wrote itself."""
    found, author = _opened(item)
    if author.get("id") == page:
        return None
    return Post(
        external_id=identifier(found, "id"),
        text=text(found, "message"),
        url=_link(found),
        author_id=_name(author),
        author_name=text(author, "name"),
        published_at=moment(found.get("created_time")),
        kind="comment",
        parent_id=_parent(found) or under,
        facility_hint=page,
    )


def ours(item: Any, page: str, under: str) -> Written | None:
    """What the page itself wrote under a post."""
    found, author = _opened(item)
    if author.get("id") != page:
        return None
    id, at = identifier(found, "id"), moment(found.get("created_time"))
    return Written(id, text(found, "message"), _link(found), at, _parent(found) or under)


def answered(posts: Sequence[Post], answers: Sequence[Written]) -> list[Post]:
    parents = {answer.parent_id for answer in answers}
    return [replace(post, replied=post.external_id in parents) for post in posts]


def _opened(item: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    found = mapping(item, "the item")
    return found, mapping(found.get("from") or {}, "its author")


def _parent(found: Mapping[str, Any]) -> str:
    parent = mapping(found.get("parent") or {}, "its parent")
    return identifier(parent, "id") if parent else ""


def _name(author: Mapping[str, Any]) -> str:
    return identifier(author, "id") if author.get("id") else ""


def _link(found: Mapping[str, Any]) -> str:
    return text(found, "permalink_url") or f"https://www.facebook.com/{identifier(found, 'id')}"
