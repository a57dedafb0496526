"""How X API v2 writes a post and a user."""

import re
from typing import Any
from zlib import crc32

from starlette.requests import Request

from sandbox import ids
from sandbox.answers import iso
from sandbox.post import Post
from sandbox.town import Town

LONGEST = 280
MENTION = re.compile(r"@(\w{1,15})")
HALF_HOUR = 30 * 60_000


def user_id(handle: str) -> str:
    return str(1_000_000_000 + crc32(handle.lower().encode(errors="replace")))


def user(handle: str, fields: set[str]) -> dict[str, Any]:
    spoken = re.sub(r"[_\d]+", " ", handle).strip() or handle
    every = {
        "created_at": "2014-05-06T07:08:09.000Z",
        "verified": False,
        "protected": False,
        "description": "",
        "public_metrics": {
            "followers_count": crc32(handle.encode(errors="replace")) % 900,
            "following_count": crc32(handle[::-1].encode(errors="replace")) % 700,
            "tweet_count": 40,
            "listed_count": 0,
        },
    }
    chosen = {name: value for name, value in every.items() if name in fields}
    return {"id": user_id(handle), "name": spoken.title(), "username": handle, **chosen}


def includes(request: Request, posts: list[Post]) -> dict[str, Any]:
    if "author_id" not in request.query_params.get("expansions", "").split(","):
        return {}
    fields = set(request.query_params.get("user.fields", "").split(","))
    authors = dict.fromkeys(post.author for post in posts)
    return {"includes": {"users": [user(handle, fields) for handle in authors]}}


def tweet(post: Post, fields: set[str], town: Town) -> dict[str, Any]:
    is_long = len(post.text) > LONGEST
    every: dict[str, Any] = {
        "author_id": user_id(post.author),
        "created_at": iso(post.at),
        "lang": post.lang,
        "conversation_id": post.parent if post.relation == "replied_to" else post.key,
        "public_metrics": metrics(post),
        "possibly_sensitive": False,
        "reply_settings": "everyone",
        "entities": {"mentions": mentions(post.text)},
        "edit_controls": {
            "edits_remaining": 5 - max(len(post.edit_ids) - 1, 0),
            "is_edit_eligible": not post.relation,
            "editable_until": iso(ids.moment_of(post.order) + HALF_HOUR),
        },
    }
    if post.relation:
        every["referenced_tweets"] = [{"type": post.relation, "id": post.parent}]
    if post.relation == "replied_to" and (answered := town.find("x", post.parent)):
        every["in_reply_to_user_id"] = user_id(answered.author)
    if is_long:
        every["note_tweet"] = {"text": post.text}
    chosen = {name: value for name, value in every.items() if name in fields}
    shown = f"{post.text[: LONGEST - 1]}…" if is_long else post.text
    history = list(post.edit_ids) or [post.id]
    return {"id": post.id, "text": shown, "edit_history_tweet_ids": history, **chosen}


def metrics(post: Post) -> dict[str, int]:
    lot = crc32(post.key.encode(errors="replace"))
    return {
        "retweet_count": lot % 4,
        "reply_count": lot // 4 % 5,
        "like_count": lot // 20 % 30,
        "quote_count": lot // 600 % 2,
        "bookmark_count": 0,
        "impression_count": 40 + lot // 1200 % 2000,
    }


def mentions(text: str) -> list[dict[str, Any]]:
    return [
        {"start": each.start(), "end": each.end(), "username": each[1], "id": user_id(each[1])}
        for each in MENTION.finditer(text[:LONGEST])
    ]
