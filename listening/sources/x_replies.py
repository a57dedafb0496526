"""What our account answered to one post of X, read from its own timeline, newest first."""

import re
from collections.abc import Mapping
from typing import Any

import tweepy

from listening.sources import x_posts
from listening.sources.contract import BadPayload, Target, Thread, Written
from listening.sources.reading import identifier, mapping, moment, read_each

MOST_PAGES = 2
FIELDS = ["created_at", "referenced_tweets", "note_tweet", "entities"]
LAST_NUMBER = re.compile(r"(\d+)\D*\Z")


def read(client: tweepy.Client, target: Target, access_token: str, own_handle: str) -> Thread:
    """Every post of the timeline since the target that answers it; an edited target has two ids."""
    own = own_id(client, access_token)
    latest = LAST_NUMBER.search(target.url)
    ids = {target.external_id, latest[1] if latest else target.external_id}
    found: list[Written] = []
    token: str | None = None
    for _ in range(MOST_PAGES):
        answer = _page(client, own, target, token)
        data, _users, meta = x_posts.opened(answer)
        written, unreadable = read_each(data, lambda item: _written(item, ids, own_handle.lstrip("@")))
        found += written
        token = meta.get("next_token")
        if not token or unreadable:
            return Thread(found, is_whole=not unreadable)
    return Thread(found, is_whole=False)


def own_id(client: tweepy.Client, access_token: str) -> str:
    """An access token of X begins with the id of its account."""
    begins = access_token.partition("-")[0]
    if begins.isdecimal():
        return begins
    answer: Any = client.get_me(user_auth=True).json()
    data = answer.get("data") if isinstance(answer, Mapping) else None
    own_id = data.get("id") if isinstance(data, Mapping) else None
    if not isinstance(own_id, str) or not own_id.isdecimal():
        raise BadPayload("X did not say whose account this is.", raw=str(answer))
    return own_id


def _page(client: tweepy.Client, own_id: str, target: Target, token: str | None) -> Any:
    asked: dict[str, Any] = {"since_id": target.external_id, "max_results": 100, "tweet_fields": FIELDS}
    if token:
        asked["pagination_token"] = token
    return client.get_users_tweets(id=own_id, user_auth=True, **asked).json()


def _written(item: Any, ids: set[str], own_handle: str) -> Written | None:
    found = mapping(item, "the post")
    return _as_written(found, own_handle) if x_posts.parent(found) in ids else None


def ours(item: Any, users: x_posts.Users, own_handle: str) -> Written | None:
    """An answer of our own account among the posts that a search found."""
    found = mapping(item, "the post")
    handle = users.get(str(found.get("author_id", "")), {}).get("username")
    is_ours = bool(own_handle) and isinstance(handle, str) and handle.lower() == own_handle
    return _as_written(found, own_handle) if is_ours and x_posts.parent(found) else None


def _as_written(item: Mapping[str, Any], own_handle: str) -> Written:
    own_id = identifier(item, "id")
    link, at = x_posts.link(own_handle, own_id), moment(item.get("created_at"))
    return Written(own_id, x_posts.with_links(item), link, at, x_posts.parent(item))
