"""Mastodon's API on a few instances: hashtag timelines, search, look-up, context, and posting.

Each instance answers below its own path, `/fediverse/<instance>`, as if it were its address.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import deeds, ids, query
from sandbox.answers import Budget, form_of, iso, json_answer, json_of, number, serving, town_of, trouble_with
from sandbox.mastodon_shapes import account, shown_id, status, tags
from sandbox.post import Post
from sandbox.writer import instance_of

PAGE = 20
LARGEST_PAGE = 40
LONGEST = 500


class Refused(Exception):
    def __init__(self, code: int, error: str, headers: dict[str, str] | None = None) -> None:
        self.code = code
        self.error = error
        self.headers = headers


def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - the only kind this is registered for
    return json_answer({"error": error.error}, error.code, error.headers)


def check_in(request: Request) -> dict[str, str]:
    """Turn away whoever asked too often, or with a wrong token; else the headers that say what is left."""
    if status := trouble_with(request.headers.get("authorization", "")):
        raise (
            Refused(401, "The access token is invalid")
            if status == 401
            else Refused(429, "Too many requests")
        )
    budget: Budget = request.app.state.mastodon_budget
    left, reset = budget.spend(instance(request), town_of(request).now)
    headers = {
        "x-ratelimit-limit": str(budget.limit),
        "x-ratelimit-remaining": str(max(left, 0)),
        "x-ratelimit-reset": iso(reset * 1000),
    }
    if left < 0:
        raise Refused(429, "Too many requests", headers)
    return headers


def instance(request: Request) -> str:
    return str(request.path_params["instance"])


def has_token(request: Request) -> bool:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and bool(token.strip())


def check_token(request: Request) -> None:
    """A token belongs to the instance where the hospital's account is."""
    if not has_token(request) or instance(request) != instance_of(town_of(request).world.handle):
        raise Refused(401, "The access token is invalid")


def limit(request: Request) -> int:
    return min(number(request.query_params.get("limit"), PAGE) or PAGE, LARGEST_PAGE)


def statuses(request: Request, posts: Iterable[Post]) -> list[dict[str, Any]]:
    shown = list(posts)
    serving(request, shown)
    return [status(post, instance(request), town_of(request)) for post in shown]


# -- Reading -----------------------------------------------------------------------------------


async def tag_timeline(request: Request) -> Response:
    headers, wanted = check_in(request), request.path_params["tag"].lower()
    found = (post for post in between(request) if wanted in map(str.lower, tags(post)))
    if "min_id" in request.query_params:
        posts = list(found)[-limit(request) :]
    else:
        posts = list(islice(found, limit(request)))
    return json_answer(statuses(request, posts), headers=headers)


def between(request: Request) -> Iterable[Post]:
    """Newest first, above min_id or since_id and below max_id."""
    params, place = request.query_params, instance(request)
    low = max(number(params.get(name), 0) or 0 for name in ("min_id", "since_id"))
    high = number(params.get("max_id"), 0) or 0
    after = ids.order_at((low >> ids.MASTODON_BITS) - 1) - 1  # an id may be counted into the next
    before = ids.order_at((high >> ids.MASTODON_BITS) + 1) if high else None
    for post in town_of(request).newest("mastodon", after=max(after, 0), before=before):
        own_id = int(shown_id(post, place))
        if own_id > low and (not high or own_id < high):
            yield post


async def search(request: Request) -> Response:
    """Strangers are told of no status; `resolve` fetches one by its address."""
    headers, params = check_in(request), request.query_params
    text = params.get("q", "").strip()
    nothing: dict[str, list[Any]] = {"accounts": [], "hashtags": [], "statuses": []}
    if not has_token(request):
        return json_answer(nothing, headers=headers)
    check_token(request)
    if text.startswith("https://"):
        post = town_of(request).find("mastodon", text) if params.get("resolve") == "true" else None
        found = [post] if post and not post.gone else []
    else:
        start = number(params.get("offset"), 0) or 0
        test = searched(text)
        found = list(islice(filter(test, between(request)), start, start + limit(request)))
    return json_answer({**nothing, "statuses": statuses(request, found)}, headers=headers)


def searched(text: str) -> query.Test:
    """Every word and phrase must be there; OR is a word like any other."""
    try:
        tests = [one_word(token) for token in query.tokens(text)]
    except query.BadQuery:
        return lambda post: False
    return lambda post: bool(tests) and all(test(post) for test in tests)


def one_word(token: str) -> query.Test:
    if token.startswith("-") and len(token) > 1:
        test = one_word(token[1:])
        return lambda post: not test(post)
    if token.startswith("from:"):
        return query.written_by(token.removeprefix("from:"))
    return query.spoken(token)


def the_status(request: Request, own_id: str) -> Post:
    """The status with this id on this instance."""
    place = instance(request)
    at = (number(own_id, 0) or 0) >> ids.MASTODON_BITS
    near = town_of(request).newest("mastodon", after=ids.order_at(at - 1) - 1, before=ids.order_at(at + 1))
    found = next((post for post in near if shown_id(post, place) == own_id), None)
    if found is None:
        raise Refused(404, "Record not found")
    return found


async def one(request: Request) -> Response:
    headers = check_in(request)
    post = the_status(request, request.path_params["id"])
    return json_answer(status(post, instance(request), town_of(request)), headers=headers)


async def context(request: Request) -> Response:
    headers, town = check_in(request), town_of(request)
    post = the_status(request, request.path_params["id"])
    below = [each for each in town.newest("mastodon", after=post.order) if each.parent == post.id]
    shown = [status(each, instance(request), town) for each in reversed(below)]
    return json_answer({"ancestors": [], "descendants": shown}, headers=headers)


async def credentials(request: Request) -> Response:
    headers = check_in(request)
    check_token(request)
    return json_answer(account(town_of(request).world.handle, instance(request)), headers=headers)


# -- Writing -----------------------------------------------------------------------------------


async def publish(request: Request) -> Response:
    """The same key gives the same status, however often it is sent."""
    headers, town, place = check_in(request), town_of(request), instance(request)
    check_token(request)
    is_json = request.headers.get("content-type", "").startswith("application/json")
    body = await (json_of(request) if is_json else form_of(request))
    text = body.get("status") if isinstance(body, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise Refused(422, "Validation failed: Text can't be blank")
    if len(text) > LONGEST:
        raise Refused(422, f"Validation failed: Text character limit of {LONGEST} exceeded")
    keys: dict[str, str] = request.app.state.mastodon_keys
    key = request.headers.get("idempotency-key", "")
    made = town.find("mastodon", keys[key]) if key in keys else None
    if made is None:
        target = body.get("in_reply_to_id")
        answered = the_status(request, str(target)) if target else None
        made = deeds.answer(town, answered, text, network="mastodon", author=town.world.handle)
        if key:
            keys[key] = made.id
    return json_answer(status(made, place, town), headers=headers)


API = "/fediverse/{instance}/api"
routes = [
    Route(f"{API}/v1/timelines/tag/{{tag}}", tag_timeline, name="mastodon.tag"),
    Route(f"{API}/v2/search", search, name="mastodon.search"),
    Route(f"{API}/v1/statuses/{{id}}", one, name="mastodon.status"),
    Route(f"{API}/v1/statuses/{{id}}/context", context, name="mastodon.context"),
    Route(f"{API}/v1/accounts/verify_credentials", credentials, name="mastodon.account"),
    Route(f"{API}/v1/statuses", publish, methods=["POST"], name="mastodon.post"),
]
