"""What mentions the hospital's own account at X: its mentions timeline, asked in the account's own name.

An owned read costs a fifth of a searched one, and every plan has it. X lists the newest 800 and no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import requests
import tweepy

from listening.sources import x_posts, x_replies
from listening.sources.contract import Post

PART = "mentions"
"""Its name among the searches of a cursor, which are sixteen signs long."""

REACH = 800
PAGE_SIZE = 100


def ask(
    client: tweepy.Client, access_token: str, fields: Sequence[str], walk: Mapping[str, Any]
) -> requests.Response:
    asked = {name: walk[name] for name in ("since_id", "start_time") if name in walk}
    if "next_token" in walk:
        asked["pagination_token"] = walk["next_token"]
    response: requests.Response = client.get_users_mentions(
        x_replies.own_id(client, access_token),
        user_auth=True,
        max_results=PAGE_SIZE,
        tweet_fields=list(fields),
        expansions=["author_id"],
        user_fields=["username", "name"],
        **asked,
    )
    return response


def post(item: Any, users: x_posts.Users, own_handle: str) -> Post | None:
    """One of them. It is about us whatever it says, and needs no watchlist to be kept."""
    found = x_posts.post(item, users, own_handle)
    return replace(found, facility_hint=f"@{own_handle or 'us'}") if found else None


def cut_off(walk: Mapping[str, Any]) -> str:
    """What is missed at the end of a listing that is as long as X lets any be."""
    if walk.get("read", 0) <= REACH - PAGE_SIZE:
        return ""
    return f"More mentioned the account than the {REACH} that X lists; older ones may be missing."
