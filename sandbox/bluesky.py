"""Bluesky's XRPC: sign-in, search, look-up, and an account's own records."""

import base64
import json
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sandbox import deeds, ids, mastodon
from sandbox.answers import Budget, iso, json_answer, json_of, number, serving, town_of, trouble_with
from sandbox.post import Post
from sandbox.writer import did

COLLECTION = "app.bsky.feed.post"
LONGEST = 300
SESSION_SECONDS = 7200
STRANGERS = "<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>"


class Refused(Exception):
    def __init__(self, code: int, error: str, message: str, headers: dict[str, str] | None = None) -> None:
        self.code = code
        self.error = error
        self.message = message
        self.headers = headers


def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - the only kind this is registered for
    return json_answer({"error": error.error, "message": error.message}, error.code, error.headers)


def handle_of(author: str) -> str:
    """Host names hold no underscores."""
    return f"{author.lower().replace('_', '-')}.bsky.example"


def part(values: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


async def create_session(request: Request) -> Response:
    body, town = await json_of(request), town_of(request)
    given = body if isinstance(body, dict) else {}
    if not all(isinstance(given.get(name), str) and given[name] for name in ("identifier", "password")):
        raise Refused(401, "AuthenticationRequired", "Invalid identifier or password")
    if status := trouble_with(given["password"]):
        if status != 401:
            raise Refused(429, "RateLimitExceeded", "Rate Limit Exceeded")
        raise Refused(401, "AuthenticationRequired", "Invalid identifier or password")
    own, ends_at = did(town.world.handle), town.now() // 1000 + SESSION_SECONDS
    token = ".".join((part({"alg": "ES256K"}), part({"sub": own, "exp": ends_at}), "signature"))
    handle = handle_of(town.world.handle)
    return json_answer(
        {"did": own, "handle": handle, "accessJwt": token, "refreshJwt": token, "active": True}
    )


def check_in(request: Request) -> dict[str, str]:
    """Turn away whoever is not signed in, was signed in too long ago, or asked too often."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or token.count(".") != 2:
        raise Refused(401, "AuthMissing", "Authentication Required")
    town, budget = town_of(request), request.app.state.bluesky_budget
    if ends_at(token) <= town.now() // 1000:
        raise Refused(400, "ExpiredToken", "Token has expired")
    assert isinstance(budget, Budget)  # noqa: S101 - set beside this route
    left, reset = budget.spend("all", town.now)
    headers = {
        "ratelimit-limit": str(budget.limit),
        "ratelimit-remaining": str(max(left, 0)),
        "ratelimit-reset": str(reset),
        "ratelimit-policy": f"{budget.limit};w={budget.window}",
    }
    if left < 0:
        raise Refused(429, "RateLimitExceeded", "Rate Limit Exceeded", headers)
    return headers


def ends_at(token: str) -> int:
    middle = token.split(".")[1]
    try:
        return int(json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))["exp"])
    except (ValueError, KeyError, TypeError):
        return 0


# -- Reading -----------------------------------------------------------------------------------


async def search(request: Request) -> Response:
    if "authorization" not in request.headers:
        return HTMLResponse(STRANGERS, 403)
    headers, params, town = check_in(request), request.query_params, town_of(request)
    size, start = number(params.get("limit"), 25), number(params.get("cursor"), 0)
    if not size or size > 100 or start is None or not params.get("q"):
        raise Refused(400, "InvalidRequest", "Error: Params must have the right shape")
    since = deeds.moment(params["since"]) if params.get("since") else 0
    until = deeds.moment(params["until"]) if params.get("until") else town.now()
    test = mastodon.searched(params["q"])
    found = (post for post in town.newest("bluesky") if since <= post.at <= until and test(post))
    posts = list(islice(found, start, start + size + 1))
    serving(request, posts[:size])
    payload: dict[str, Any] = {"posts": [view(post, request) for post in posts[:size]]}
    if len(posts) > size:
        payload["cursor"] = str(start + size)
    return json_answer(payload, headers=headers)


def cid(post: Post) -> str:
    """A digest of the words, as far as a test can tell."""
    return f"bafyrei{ids.base36(post.order)}{len(post.revisions)}"


def reference(post: Post) -> dict[str, str]:
    return {"uri": post.key, "cid": cid(post)}


def record(post: Post, request: Request) -> dict[str, Any]:
    shape = {"$type": COLLECTION, "text": post.text, "createdAt": iso(post.at), "langs": [post.lang]}
    answered = town_of(request).find("bluesky", post.parent) if post.parent else None
    if answered is None:
        return shape
    first = answered
    while first.parent and (above := town_of(request).find("bluesky", first.parent)):
        first = above
    return {**shape, "reply": {"root": reference(first), "parent": reference(answered)}}


def view(post: Post, request: Request) -> dict[str, Any]:
    spoken = post.author.replace("_", " ").title()
    author = {"did": did(post.author), "handle": handle_of(post.author), "displayName": spoken}
    return {
        **reference(post),
        "author": author,
        "record": record(post, request),
        "indexedAt": iso(post.at + 400),
        "replyCount": 0,
        "likeCount": 0,
        "labels": [],
        "viewer": {"replyDisabled": post.is_locked},
    }


async def get_posts(request: Request) -> Response:
    headers = check_in(request)
    asked = [value for name, value in parse_qsl(request.url.query) if name == "uris"]
    if not 1 <= len(asked) <= 25:
        raise Refused(400, "InvalidRequest", "Error: uris must have from 1 to 25 items")
    found = (town_of(request).find("bluesky", uri) for uri in asked)
    return json_answer(
        {"posts": [view(post, request) for post in found if post is not None and not post.gone]},
        headers=headers,
    )


async def list_records(request: Request) -> Response:
    """An account's own, its latest keys first; here only the hospital's can be asked for."""
    headers, params, town = check_in(request), request.query_params, town_of(request)
    if params.get("repo") != did(town.world.handle) or params.get("collection") != COLLECTION:
        raise Refused(400, "InvalidRequest", f"Could not find repo: {params.get('repo')}")
    keys = {post.key.rpartition("/")[2]: post for post in town.newest("bluesky") if post.is_ours}
    below = [key for key in sorted(keys, reverse=True) if key < (params.get("cursor") or "~")]
    shown = below[: min(number(params.get("limit"), 50) or 50, 100)]
    payload: dict[str, Any] = {
        "records": [{**reference(keys[key]), "value": record(keys[key], request)} for key in shown]
    }
    if len(below) > len(shown):
        payload["cursor"] = shown[-1]
    return json_answer(payload, headers=headers)


# -- Writing -----------------------------------------------------------------------------------


async def create_record(request: Request) -> Response:
    """A key that is taken is answered with 500 and no reason, as the real server does."""
    headers, body, town = check_in(request), await json_of(request), town_of(request)
    own, made = did(town.world.handle), body.get("record") if isinstance(body, dict) else None
    made = made if isinstance(made, dict) else {}
    text = made.get("text")
    if not isinstance(text, str) or body.get("collection") != COLLECTION or body.get("repo") != own:
        raise Refused(400, "InvalidRequest", "Invalid app.bsky.feed.post record")
    if len(text) > LONGEST:
        raise Refused(400, "InvalidRequest", f"Record/text must not be longer than {LONGEST} graphemes")
    key = body.get("rkey") or ids.record_key(town.records.next_order(town.now()))
    uri = f"at://{own}/{COLLECTION}/{key}"
    if town.find("bluesky", uri) is not None:
        raise Refused(500, "InternalServerError", "Internal Server Error")
    post = deeds.answer(
        town, answered(request, made), text, network="bluesky", author=town.world.handle, id=uri
    )
    return json_answer({**reference(post), "validationStatus": "valid"}, headers=headers)


def answered(request: Request, made: dict[str, Any]) -> Post | None:
    """The post that the record answers, whose present words the client must have seen."""
    reply = made.get("reply")
    if not isinstance(reply, dict):
        return None
    parent = reply.get("parent") or {}
    post = town_of(request).find("bluesky", str(parent.get("uri")))
    if post is None or cid(post) != parent.get("cid") or not reply.get("root"):
        raise Refused(400, "InvalidRequest", "Record/reply must have root and parent")
    return post


XRPC = "/xrpc"
routes = [
    Route(
        f"{XRPC}/com.atproto.server.createSession", create_session, methods=["POST"], name="bluesky.session"
    ),
    Route(f"{XRPC}/app.bsky.feed.searchPosts", search, name="bluesky.search"),
    Route(f"{XRPC}/app.bsky.feed.getPosts", get_posts, name="bluesky.posts"),
    Route(f"{XRPC}/com.atproto.repo.listRecords", list_records, name="bluesky.records"),
    Route(f"{XRPC}/com.atproto.repo.createRecord", create_record, methods=["POST"], name="bluesky.create"),
]
