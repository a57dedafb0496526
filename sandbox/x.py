"""X API v2: recent search, look-up, mentions, who am I, and posting."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import deeds, ids, query
from sandbox.answers import Budget, json_answer, json_of, number, serving, town_of, trouble_with
from sandbox.post import Post
from sandbox.town import WEEK
from sandbox.x_shapes import includes, tweet, user, user_id

PROBLEMS = "https://api.twitter.com/2/problems"
LONGEST_QUERY = 512
LONGEST_POST = 280
MOST_MENTIONS = 800
GRACE = 60_000  # a client that reckons seven days back needs a moment to ask


class Refused(Exception):
    def __init__(self, status: int, payload: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.payload = payload
        self.headers = headers


def invalid(name: str, value: str, message: str) -> Refused:
    return Refused(
        400,
        {
            "errors": [{"parameters": {name: [value]}, "message": message}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": f"{PROBLEMS}/invalid-request",
        },
    )


def forbidden(detail: str) -> Refused:
    return Refused(403, {"title": "Forbidden", "detail": detail, "type": "about:blank", "status": 403})


def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - the only kind this is registered for
    return json_answer(error.payload, error.status, error.headers)


def check_in(request: Request, route: str) -> dict[str, str]:
    """Turn away whoever brings no token or has asked too often; else the headers that say what is left."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() not in ("bearer", "oauth") or not token.strip():
        raise Refused(
            401, {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
        )
    if status := trouble_with(token):
        title = "Unauthorized" if status == 401 else "CreditsDepleted"
        raise Refused(status, {"title": title, "type": "about:blank", "status": status, "detail": title})
    budget: Budget = request.app.state.x_budget
    left, reset = budget.spend(route, town_of(request).now)
    headers = {
        "x-rate-limit-limit": str(budget.limit),
        "x-rate-limit-remaining": str(max(left, 0)),
        "x-rate-limit-reset": str(reset),
    }
    if left < 0:
        title = "Too Many Requests"
        raise Refused(429, {"title": title, "detail": title, "type": "about:blank", "status": 429}, headers)
    return headers


# -- Reading -----------------------------------------------------------------------------------


async def search(request: Request) -> Response:
    headers = check_in(request, "search")
    text = request.query_params.get("query", "")
    if not 0 < len(text) <= LONGEST_QUERY:
        raise invalid("query", text, f"query must have from 1 to {LONGEST_QUERY} characters")
    try:
        test, stands_alone = query.parse(text, query.X_OPERATORS)
    except query.BadQuery as error:
        raise invalid("query", text, f"There were errors processing your request: {error}") from None
    if not stands_alone:
        raise invalid(
            "query", text, "There were errors processing your request: no standalone word or phrase"
        )
    return page(request, headers, test, token_name="next_token")  # noqa: S106 - a parameter's name


async def mentions(request: Request) -> Response:
    headers = check_in(request, "mentions")
    handle = town_of(request).world.handle
    if request.path_params["id"] != user_id(handle):
        raise Refused(404, not_found("id", request.path_params["id"], "user"))
    spoken = query.spoken(handle)

    def test(post: Post) -> bool:
        return spoken(post) and f"@{handle.lower()}" in post.text.lower()

    most = MOST_MENTIONS - listed_before(request, test)
    return page(request, headers, test, token_name="pagination_token", most=most)  # noqa: S106 - a name


def listed_before(request: Request, test: query.Test) -> int:
    """How many stand on the pages before the one that is asked for."""
    token = request.query_params.get("pagination_token")
    order = ids.number_of(token.removeprefix("sb")) if token else None
    return 0 if order is None else sum(map(test, town_of(request).newest("x", after=order - 1)))


def page(
    request: Request, headers: dict[str, str], test: query.Test, *, token_name: str, most: int | None = None
) -> Response:
    size = number(request.query_params.get("max_results"), 10)
    if size is None or not 10 <= size <= 100:
        raise invalid(
            "max_results", request.query_params["max_results"], "max_results must be from 10 to 100"
        )
    before, after = bounds(request, token_name)
    start, end = moment(request, "start_time"), moment(request, "end_time")
    found = (
        post
        for post in town_of(request).newest("x", after=after, before=before)
        if (start is None or post.at >= start) and (end is None or post.at < end) and test(post)
    )
    size = size if most is None else min(size, most)
    posts = list(islice(found, size + 1))
    has_more = len(posts) > size and size != most
    return json_answer(listing(request, posts[:size], has_more=has_more), headers=headers)


def bounds(request: Request, token_name: str) -> tuple[int | None, int]:
    """The places between which to look: below the page token and until_id, above since_id and start_time."""
    town, params = town_of(request), request.query_params
    token = params.get(token_name) or params.get("next_token") or params.get("pagination_token")
    before = ids.number_of(token.removeprefix("sb")) if token else None
    if token and before is None:
        raise invalid(token_name, token, f"{token_name} is not one that was given out")
    if "until_id" in params:
        until = town.order_of("x", params["until_id"])
        before = until if before is None or (until is not None and until < before) else before
    after = 0
    if "since_id" in params:
        since = town.order_of("x", params["since_id"])
        is_search = token_name == "next_token"  # noqa: S105 - a parameter's name
        if since is None or (is_search and ids.moment_of(since) < town.now() - WEEK - GRACE):
            raise invalid(
                "since_id", params["since_id"], "'since_id' must be a post created in the last 7 days"
            )
        after = since
    start = moment(request, "start_time")
    if start is not None and start < town.now() - WEEK - GRACE:
        raise invalid("start_time", params["start_time"], "'start_time' must be in the last 7 days")
    return before, max(after, ids.order_at(start) - 1 if start else 0)


def moment(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        raise invalid(name, text, f"'{name}' must be a time in RFC 3339") from None


def listing(request: Request, posts: list[Post], *, has_more: bool) -> dict[str, Any]:
    serving(request, posts)
    if not posts:
        return {"meta": {"result_count": 0}}
    meta: dict[str, Any] = {"newest_id": posts[0].id, "oldest_id": posts[-1].id, "result_count": len(posts)}
    if has_more:
        meta["next_token"] = f"sb{ids.base36(posts[-1].order)}"
    return {"data": tweets(request, posts), **includes(request, posts), "meta": meta}


def tweets(request: Request, posts: Iterable[Post]) -> list[dict[str, Any]]:
    fields = set(request.query_params.get("tweet.fields", "").split(","))
    return [tweet(post, fields, town_of(request)) for post in posts]


async def lookup(request: Request) -> Response:
    headers = check_in(request, "lookup")
    asked = [id for id in request.query_params.get("ids", "").split(",") if id]
    if not 1 <= len(asked) <= 100:
        raise invalid("ids", request.query_params.get("ids", ""), "ids must hold from 1 to 100 ids")
    found = {id: town_of(request).find("x", id) for id in asked}
    posts = [post for post in found.values() if post is not None and not post.gone]
    errors = [not_found("ids", id, "tweet") for id, post in found.items() if post is None or post.gone]
    payload: dict[str, Any] = {"data": tweets(request, posts), **includes(request, posts)} if posts else {}
    return json_answer({**payload, "errors": errors} if errors else payload, headers=headers)


def not_found(parameter: str, id: str, kind: str) -> dict[str, Any]:
    return {
        "value": id,
        "detail": f"Could not find {kind} with {parameter}: [{id}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": id,
        "type": f"{PROBLEMS}/resource-not-found",
    }


async def timeline(request: Request) -> Response:
    """What one account wrote; here only the hospital's own can be asked for."""
    headers = check_in(request, "timeline")
    handle = town_of(request).world.handle
    if request.path_params["id"] != user_id(handle):
        raise Refused(404, not_found("id", request.path_params["id"], "user"))
    test = query.written_by(handle)
    return page(request, headers, test, token_name="pagination_token")  # noqa: S106 - a parameter's name


async def me(request: Request) -> Response:
    headers = check_in(request, "me")
    fields = set(request.query_params.get("user.fields", "").split(","))
    return json_answer({"data": user(town_of(request).world.handle, fields)}, headers=headers)


# -- Writing -----------------------------------------------------------------------------------


async def post_tweet(request: Request) -> Response:
    headers = check_in(request, "tweet")
    body = await json_of(request)
    text = body.get("text") if isinstance(body, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise invalid("text", str(text), "text must not be empty")
    if len(text) > LONGEST_POST:
        raise forbidden("Your post is longer than this account may write.")
    town = town_of(request)
    target = (body.get("reply") or {}).get("in_reply_to_tweet_id")
    answered = answerable(request, str(target)) if target else None
    if any(reply["network"] == "x" and reply["text"] == text for reply in town.records.replies):
        raise forbidden("You are not allowed to create a Tweet with duplicate content.")
    made = deeds.answer(town, answered, text, network="x", author=town.world.handle)
    return json_answer(
        {"data": {"id": made.id, "text": text, "edit_history_tweet_ids": [made.id]}}, 201, headers
    )


def answerable(request: Request, id: str) -> Post:
    """The post to answer, if it is there and its author called on the hospital."""
    town = town_of(request)
    post = town.find("x", id)
    if post is None or post.gone:
        raise forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
    quoted = town.find("x", post.parent) if post.relation == "quoted" else None
    is_summoned = f"@{town.world.handle.lower()}" in post.text.lower() or (
        quoted is not None and quoted.is_ours
    )
    if not is_summoned:
        raise forbidden(
            "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
            "engaged by the author of the post you are replying to."
        )
    return post


routes = [
    Route("/2/tweets/search/recent", search, name="x.search"),
    Route("/2/tweets", lookup, name="x.lookup"),
    Route("/2/tweets", post_tweet, methods=["POST"], name="x.tweet"),
    Route("/2/users/me", me, name="x.me"),
    Route("/2/users/{id}/mentions", mentions, name="x.mentions"),
    Route("/2/users/{id}/tweets", timeline, name="x.timeline"),
]
