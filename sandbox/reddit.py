"""Reddit's OAuth API: token, search, listings of submissions and comments, look-up, comment."""

from base64 import b64decode
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox import deeds, query
from sandbox.answers import Budget, form_of, json_answer, number, serving, town_of, trouble_with
from sandbox.post import Post
from sandbox.reddit_shapes import account, thing
from sandbox.stream import HOUR

LONGEST_LISTING = 1000
LONGEST_COMMENT = 10_000
SPANS = {"hour": 1, "day": 24, "week": 168}
USER_GRANTS = ("password", "refresh_token", "authorization_code")


class Refused(Exception):
    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.message = message
        self.headers = headers


def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - the only kind this is registered for
    return json_answer({"message": error.message, "error": error.status}, error.status, error.headers)


async def token(request: Request) -> Response:
    """The real server closes this connection, and the client relies on being told so."""
    form, close = await form_of(request), {"connection": "close"}
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic" or not key.strip():
        return json_answer({"message": "Unauthorized", "error": 401}, 401, close)
    if trouble_with(basic(key), *form.values()) == 401:
        return json_answer({"message": "Unauthorized", "error": 401}, 401, close)
    grant = form.get("grant_type", "")
    if grant not in (*USER_GRANTS, "client_credentials") and "installed_client" not in grant:
        return json_answer({"error": "unsupported_grant_type"}, 200, close)
    who = "user" if grant in USER_GRANTS else "app"
    payload = {
        "access_token": f"{'spent' if trouble_with(basic(key), *form.values()) else 'sandbox'}-{who}-token",
        "token_type": "bearer",
        "expires_in": 86400,
        "scope": "*",
    }
    return json_answer(payload, 200, close)


def basic(key: str) -> str:
    """The name and the word of basic credentials; what cannot be read is passed on as it is."""
    try:
        return b64decode(key).decode("utf-8", errors="replace")
    except ValueError:
        return key


def check_in(request: Request) -> dict[str, str]:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Refused(
            401, "Unauthorized", {"www-authenticate": 'Bearer realm="reddit", error="invalid_token"'}
        )
    if trouble_with(key):
        raise Refused(429, "Too Many Requests", {"retry-after": "60"})
    return spent(request, "reddit")


def spent(request: Request, what: str) -> dict[str, str]:
    """One request of the budget of its kind, and the headers that say what is left."""
    town, budget = town_of(request), request.app.state.reddit_budget
    assert isinstance(budget, Budget)  # noqa: S101 - for the type checker
    left, reset = budget.spend(what, town.now)
    headers = {
        "x-ratelimit-remaining": str(max(left, 0)),
        "x-ratelimit-used": str(budget.limit - max(left, 0)),
        "x-ratelimit-reset": str(max(1, reset - town.now() // 1000)),
    }
    if left < 0:
        raise Refused(429, "Too Many Requests", headers)
    return headers


def subreddits(request: Request) -> set[str] | None:
    """The subreddits asked for, in lower case; None for all of them."""
    asked = {name.lower() for name in request.path_params["subs"].split("+")}
    if "all" in asked:
        return None
    known = {name.lower() for name in town_of(request).world.subreddits}
    known |= {post.subreddit.lower() for post in town_of(request).records.posts.values() if post.subreddit}
    if not asked & known:
        raise Refused(404, "Not Found")
    return asked


async def search(request: Request) -> Response:
    headers = check_in(request)
    wanted = subreddits(request)
    if request.query_params.get("restrict_sr", "False").lower() not in ("true", "1", "on"):
        wanted = None
    text = request.query_params.get("q", "")
    if not text.strip():
        return listing(request, headers, iter(()))
    try:
        test, _ = query.parse(text, query.REDDIT_OPERATORS)
    except query.BadQuery:
        raise Refused(400, "Bad Request") from None
    span = SPANS.get(request.query_params.get("t", "all"), SPANS["week"])
    earliest = town_of(request).now() - span * HOUR
    return listing(
        request,
        headers,
        between(request, wanted, lambda post: not post.is_comment and post.at >= earliest and test(post)),
    )


async def new(request: Request) -> Response:
    headers = check_in(request)
    return listing(request, headers, between(request, subreddits(request), lambda post: not post.is_comment))


async def comments(request: Request) -> Response:
    headers = check_in(request)
    return listing(request, headers, between(request, subreddits(request), lambda post: post.is_comment))


async def written(request: Request) -> Response:
    """The comments of one account."""
    headers = check_in(request)
    name = request.path_params["name"].lower()
    test: query.Test = lambda post: post.is_comment and post.author.lower() == name  # noqa: E731
    return listing(request, headers, between(request, None, test))


def between(request: Request, wanted: set[str] | None, test: query.Test) -> Iterator[Post]:
    """Newest first; below `after`, or above `before`, which yields nothing once that post is gone."""
    town = town_of(request)
    places: dict[str, int | None] = {"after": None, "before": None}
    for name in places:
        id = request.query_params.get(name)
        if id:
            post = town.find("reddit", id)
            if name == "before" and (post is None or post.gone):
                return iter(())
            places[name] = town.order_of("reddit", id)
    # A listing ends a thousand posts below its top, wherever its pages are cut.
    all_newest = (
        post
        for post in town.newest("reddit", after=places["before"] or 0)
        if (wanted is None or post.subreddit.lower() in wanted) and test(post)
    )
    below = places["after"]
    return (post for post in islice(all_newest, LONGEST_LISTING) if below is None or post.order < below)


def listing(request: Request, headers: dict[str, str], found: Iterator[Post]) -> Response:
    size = min(number(request.query_params.get("limit"), 25) or 25, 100)
    posts = list(islice(found, size + 1))
    shown = posts[:size]
    if request.query_params.get("before"):
        # Above `before` the page nearest to it is the one that is asked for.
        rest = [*posts, *found]
        shown = rest[-size:] if rest else []
    serving(request, shown)
    data = {
        "after": shown[-1].id if len(posts) > size and shown else None,
        "before": None,
        "dist": len(shown),
        "modhash": "",
        "geo_filter": "",
        "children": children(request, shown),
    }
    return json_answer({"kind": "Listing", "data": data}, headers=headers)


def children(request: Request, posts: list[Post]) -> list[dict[str, Any]]:
    is_raw = request.query_params.get("raw_json") == "1"
    return [thing(post, town_of(request), is_raw=is_raw) for post in posts]


async def info(request: Request) -> Response:
    headers = check_in(request)
    asked = [id for id in request.query_params.get("id", "").split(",") if id][:100]
    found = [town_of(request).find("reddit", id) for id in asked]
    posts = [post for post in found if post is not None]
    data = {
        "after": None,
        "before": None,
        "dist": len(posts),
        "modhash": "",
        "children": children(request, posts),
    }
    return json_answer({"kind": "Listing", "data": data}, headers=headers)


async def me(request: Request) -> Response:
    headers = check_in(request)
    return json_answer(account(town_of(request).world.reddit_account), headers=headers)


# -- Writing -----------------------------------------------------------------------------------


async def comment(request: Request) -> Response:
    headers = check_in(request)
    form = await form_of(request)
    town = town_of(request)
    answered = town.find("reddit", form.get("thing_id", ""))
    text = form.get("text", "")
    for applies, error in refusals(request, answered, text):
        if applies():
            return json_answer({"json": {"errors": [list(error)]}}, headers=headers)
    made = deeds.answer(town, answered, text, network="reddit", author=town.world.reddit_account)
    payload = {"json": {"errors": [], "data": {"things": [thing(made, town, is_raw=True)]}}}
    return json_answer(payload, headers=headers)


def refusals(
    request: Request, answered: Post | None, text: str
) -> list[tuple[Callable[[], bool], tuple[str, str, str]]]:
    """Why a comment is turned down, in the order Reddit looks; these stand in the body of a 200."""
    is_app = "-app-" in request.headers.get("authorization", "")
    return [
        (lambda: is_app, ("USER_REQUIRED", "Please log in to do that.", "")),
        (lambda: not text.strip(), ("NO_TEXT", "we need something here", "text")),
        (lambda: len(text) > LONGEST_COMMENT, ("TOO_LONG", "this is too long", "text")),
        (
            lambda: answered is None or bool(answered.gone),
            ("DELETED_COMMENT", "that comment has been deleted", "parent"),
        ),
        (lambda: is_locked(request, answered), ("THREAD_LOCKED", "Comments are locked.", "parent")),
    ]


def is_locked(request: Request, post: Post | None) -> bool:
    while post is not None and not post.is_locked and post.parent:
        post = town_of(request).find("reddit", post.parent)
    return post is not None and post.is_locked


def both(
    path: str, endpoint: Callable[..., Any], name: str, methods: list[str] | None = None
) -> list[BaseRoute]:
    """With and without a slash at the end; the client sends one here and not there."""
    return [Route(each, endpoint, methods=methods, name=name) for each in (path, f"{path}/")]


routes = [
    *both("/api/v1/access_token", token, "reddit.token", ["POST"]),
    *both("/api/v1/me", me, "reddit.me"),
    *both("/api/info", info, "reddit.info"),
    *both("/api/comment", comment, "reddit.comment", ["POST"]),
    *both("/user/{name}/comments", written, "reddit.written"),
    *both("/r/{subs}/search", search, "reddit.search"),
    *both("/r/{subs}/new", new, "reddit.new"),
    *both("/r/{subs}/comments", comments, "reddit.comments"),
]
