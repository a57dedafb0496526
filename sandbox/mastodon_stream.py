"""Mastodon's streams, as server-sent events: a hashtag, an instance's own public posts, all that reach it."""

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import query
from sandbox.answers import json_answer, town_of
from sandbox.mastodon import API, Refused, check_in, check_token, has_token, instance
from sandbox.mastodon_shapes import shown_id, status, tags
from sandbox.post import Post
from sandbox.telling import Manner, streaming
from sandbox.writer import instance_of

THUMP = 15.0


async def about(request: Request) -> Response:
    place = instance(request)
    base = str(request.base_url).replace("http", "ws", 1).rstrip("/")
    streams = {"streaming": f"{base}/fediverse/{place}"}
    return json_answer({"domain": place, "configuration": {"urls": streams}}, headers=check_in(request))


async def hashtag(request: Request) -> Response:
    wanted = request.query_params.get("tag", "").lower()
    if not wanted:
        raise Refused(400, "Missing tag name parameter")
    return stream(request, lambda post: wanted in map(str.lower, tags(post)))


async def public(request: Request) -> Response:
    return stream(request, lambda post: True)


async def local(request: Request) -> Response:
    place = instance(request)
    return stream(request, lambda post: instance_of(post.author) == place)


def stream(request: Request, test: query.Test) -> Response:
    check_in(request)
    if not has_token(request):
        raise Refused(401, "Missing access token")
    check_token(request)
    place, town = instance(request), town_of(request)

    def event(name: str, post: Post) -> bytes:
        if not test(post):
            return b""
        data = shown_id(post, place) if name == "delete" else json.dumps(status(post, place, town))
        return f"event: {name}\ndata: {data}\n\n".encode()

    manner = Manner(
        "mastodon",
        life=b":thump\n",
        every=THUMP,
        posted=lambda post: event("update", post),
        edited=lambda post: event("status.update", post),
        deleted=lambda post: event("delete", post),
        beginning=b":)\n",
    )
    return streaming(request, manner, media_type="text/event-stream")


routes = [
    Route(f"{API}/v2/instance", about, name="mastodon.instance"),
    Route(f"{API}/v1/streaming/hashtag", hashtag, name="mastodon.stream"),
    Route(f"{API}/v1/streaming/public", public, name="mastodon.stream"),
    Route(f"{API}/v1/streaming/public/local", local, name="mastodon.stream"),
]
