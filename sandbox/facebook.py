"""Facebook's Graph API for one page: recommendations, the feed, comments, looking up, and answering."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import deeds, sites
from sandbox.answers import form_of, json_answer, number, serving, town_of, trouble_with
from sandbox.faults import GRAPH
from sandbox.post import Post
from sandbox.town import WEEK, Town

VERSION = "/v25.0"
MOST = 100
MOST_IN_BATCH = 50
LONGEST = 8000
LIKED = 4  # stars from which on a review is a recommendation
DAYS = 7


class Refused(Exception):
    def __init__(self, code: int, message: str, status: int = 400, subcode: int = 0) -> None:
        self.code = code
        self.subcode = subcode
        self.message = message
        self.status = status

    @property
    def payload(self) -> dict[str, Any]:
        kind = "OAuthException" if self.code != 100 else "GraphMethodException"
        error = {"message": self.message, "type": kind, "code": self.code, "fbtrace_id": "A1b2"}
        return {"error": error | ({"error_subcode": self.subcode} if self.subcode else {})}


def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - the only kind this is registered for
    return json_answer(error.payload, error.status)


def check_in(request: Request, form: dict[str, str] | None = None) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    token = key if scheme.lower() == "bearer" else ""
    token = token or request.query_params.get("access_token") or (form or {}).get("access_token") or ""
    if not token:
        raise Refused(104, "An access token is required to request this resource.", 401)
    if status := trouble_with(token):
        code = 190 if status == 401 else 4
        raise Refused(code, GRAPH[f"graph-{code}"])


def missing(id: str) -> Refused:
    message = (
        f"Unsupported get request. Object with ID '{id}' does not exist, cannot be loaded due to missing"
    )
    return Refused(100, f"{message} permissions, or does not support this operation.", subcode=33)


def stamp(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


# -- What there is -------------------------------------------------------------------------------


def announcements(town: Town) -> Iterator[Post]:
    """What the page posted itself on each of the last days, newest first."""
    if town.records.is_quiet:
        return
    for day in range(DAYS):
        post = sites.announcement(town.now() - day * sites.DAY)
        if post.at > town.now() - WEEK:
            yield post


def everything(town: Town) -> Iterator[Post]:
    return town.newest("facebook")


def find(town: Town, id: str) -> Post:
    post = town.find("facebook", id) or next((each for each in announcements(town) if each.id == id), None)
    if post is None or post.gone:
        raise missing(id)
    return post


# -- How it is shown -----------------------------------------------------------------------------


def author(post: Post) -> dict[str, str]:
    if post.is_ours:
        return {"id": sites.PAGE, "name": post.author}
    return {"id": str(7_000_000_000 + sum(map(ord, post.author))), "name": post.author}


def link(post: Post) -> str:
    return f"https://www.facebook.com/{post.id}"


def rating(post: Post) -> dict[str, Any]:
    """A recommendation: words are optional, stars are of the past."""
    shape: dict[str, Any] = {
        "created_time": stamp(post.at),
        "has_rating": False,
        "has_review": bool(post.text),
        "recommendation_type": "positive" if (post.rating or 0) >= LIKED else "negative",
        "open_graph_story": {"id": post.id},
        "reviewer": author(post),
    }
    return shape | ({"review_text": post.text} if post.text else {})


def comment(post: Post) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "id": post.id,
        "message": post.text,
        "created_time": stamp(post.at),
        "from": author(post),
        "permalink_url": link(post),
    }
    if post.parent and not post.parent.startswith(f"{sites.PAGE}_"):
        shape["parent"] = {"id": post.parent}
    return shape


def entry(post: Post, count: int = 0, latest: int = 0) -> dict[str, Any]:
    return {
        "id": post.id,
        "message": post.text,
        "created_time": stamp(post.at),
        "updated_time": stamp(max(post.at, post.edited_at or 0, latest)),
        "from": author(post),
        "permalink_url": link(post),
        "comments": {"data": [], "summary": {"total_count": count, "order": "chronological"}},
    }


def shown(post: Post) -> dict[str, Any]:
    if post.parent:
        return comment(post)
    return rating(post) | {"id": post.id} if post.rating else entry(post)


def listing(request: Request, posts: list[Post], shapes: dict[str, dict[str, Any]]) -> Response:
    """A page behind the post that `after` names; a list of nothing says nothing of paging."""
    size = number(request.query_params.get("limit"), 25)
    after = request.query_params.get("after", "")
    if size is None:
        raise Refused(100, "(#100) Param limit must be an integer.")
    ids = [post.id for post in posts]
    start = ids.index(after) + 1 if after in ids else 0
    page = posts[start : start + min(size, MOST)]
    serving(request, page)
    payload: dict[str, Any] = {"data": [shapes[post.id] for post in page]}
    if page:
        payload["paging"] = {"cursors": {"before": page[0].id, "after": page[-1].id}}
        if page[-1].id != ids[-1]:
            asked = request.url.include_query_params(after=page[-1].id)
            payload["paging"]["next"] = str(asked)
    usage = {"call_count": 3, "total_time": 1, "total_cputime": 1}
    return json_answer(payload, headers={"x-app-usage": json.dumps(usage)})


# -- What is asked -------------------------------------------------------------------------------


async def ratings(request: Request) -> Response:
    check_in(request)
    the_page(request)
    found = [post for post in everything(town_of(request)) if post.rating]
    return listing(request, found, {post.id: rating(post) for post in found})


async def feed(request: Request) -> Response:
    check_in(request)
    the_page(request)
    town = town_of(request)
    every = list(everything(town))
    standing = [post for post in every if not post.rating and not post.parent]
    found = sorted([*standing, *announcements(town)], key=lambda post: post.order, reverse=True)
    shapes = {}
    for post in found:
        under = thread(every, post.id)
        shapes[post.id] = entry(post, len(under), max((each.at for each in under), default=0))
    return listing(request, found, shapes)


def thread(every: list[Post], root: str) -> list[Post]:
    """All that stands under a post, at any depth."""
    found, roots = list[Post](), {root}
    for post in reversed(every):
        if post.parent in roots:
            roots.add(post.id)
            found.append(post)
    return found


async def comments(request: Request) -> Response:
    check_in(request)
    town, id = town_of(request), request.path_params["object"]
    find(town, id)
    every = list(everything(town))
    is_whole = request.query_params.get("filter") == "stream"
    found = thread(every, id) if is_whole else [post for post in reversed(every) if post.parent == id]
    if request.query_params.get("order") == "reverse_chronological":
        found.reverse()
    return listing(request, found, {post.id: comment(post) for post in found})


def the_page(request: Request) -> None:
    if request.path_params["page"] != sites.PAGE:
        raise missing(request.path_params["page"])


async def write(request: Request) -> Response:
    form = await form_of(request)
    check_in(request, form)
    town, text = town_of(request), form.get("message", "")
    if not 0 < len(text.strip()) <= LONGEST:
        raise Refused(100, "(#100) Missing message or attachment.")
    post = find(town, request.path_params["object"])
    made = deeds.answer(town, post, text, network="facebook", author=town.world.name)
    return json_answer({"id": made.id})


async def look_up(request: Request) -> Response:
    check_in(request)
    return json_answer(node(town_of(request), request.path_params["object"]))


def node(town: Town, id: str) -> dict[str, Any]:
    if id == sites.PAGE:
        return {"id": id, "name": town.world.name}
    return shown(find(town, id))


async def batch(request: Request) -> Response:
    """Several look-ups in one call, each with a status of its own."""
    form = await form_of(request)
    check_in(request, form)
    try:
        asked = json.loads(form.get("batch", ""))
    except ValueError:
        raise Refused(100, "(#100) batch must be JSON.") from None
    town = town_of(request)
    return json_answer([part(town, each) for each in islice(asked, MOST_IN_BATCH)])


def part(town: Town, asked: dict[str, str]) -> dict[str, Any]:
    try:
        found, code = node(town, urlsplit(asked.get("relative_url", "")).path.rsplit("/", 1)[-1]), 200
    except Refused as error:
        found, code = error.payload, error.status
    return {"code": code, "body": json.dumps(found)}


routes = [
    Route(f"{VERSION}/{{page}}/ratings", ratings, name="facebook.ratings"),
    Route(f"{VERSION}/{{page}}/feed", feed, name="facebook.feed"),
    Route(f"{VERSION}/{{object}}/comments", comments, name="facebook.comments"),
    Route(f"{VERSION}/{{object}}/comments", write, methods=["POST"], name="facebook.comment"),
    Route(f"{VERSION}/{{object}}", look_up, name="facebook.object"),
    Route(VERSION, batch, methods=["POST"], name="facebook.batch"),
]
