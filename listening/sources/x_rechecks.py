"""What became of posts of X that were stored: looked up by their ids, a hundred a call, charged as reads."""

from collections.abc import Mapping, Sequence
from typing import Any

import tweepy

from listening.sources import x_posts
from listening.sources.contract import BadPayload, Fate, FateName
from listening.sources.reading import Odd

MOST = 100
PROBLEMS: dict[str, FateName] = {
    "resource-not-found": "deleted",
    "not-authorized-for-resource": "protected",
}
"""The ends of the addresses by which X names what is wrong with an id."""


def read(client: tweepy.Client, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Fate]:
    answer: Any = client.get_tweets(
        ids=list(ids), tweet_fields=list(fields), expansions=["author_id"], user_fields=["username", "name"]
    ).json()
    return fates(answer, ids)


def fates(answer: Any, ids: Sequence[str]) -> dict[str, Fate]:
    data = answer.get("data", []) if isinstance(answer, Mapping) else None
    errors = answer.get("errors", []) if isinstance(answer, Mapping) else None
    if not isinstance(data, list) or not isinstance(errors, list) or not (data or errors):
        raise BadPayload("X answered with something that is no look-up of posts.", raw=str(answer))
    wanted = frozenset(ids)
    found = {key: fate for item in errors for key, fate in [_missing(item)] if key in wanted}
    users = x_posts.users(answer.get("includes"))
    # What is shown is there, whatever else is said of it.
    return {**found, **{key: fate for item in data for key, fate in _shown(item, users) if key in wanted}}


def _missing(item: Any) -> tuple[str, Fate]:
    if not isinstance(item, Mapping):
        return "", Fate("unknown")
    key = item.get("value") or item.get("resource_id")
    problem = str(item.get("type") or "").rpartition("/")[2]
    return str(key or ""), Fate(PROBLEMS.get(problem, "unknown"))


def _shown(item: Any, users: x_posts.Users) -> list[tuple[str, Fate]]:
    """Under its first id, which is ours, and the one that was asked for, which may be the same."""
    if not isinstance(item, Mapping):
        return []
    own_id = str(item.get("id") or "")
    try:
        post = x_posts.post(item, users, "")
    except Odd:
        return [(own_id, Fate("unknown"))]
    if post is None:
        return []
    fate = Fate("edited", post) if post.external_id != own_id else Fate("live")
    return [(own_id, fate), (post.external_id, fate)]
