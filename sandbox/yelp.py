"""Yelp Fusion: three excerpts of the reviews of a business, and how many there are."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import sites
from sandbox.answers import json_answer, serving, town_of, trouble_with
from sandbox.post import Post

SHOWN = 3
EXCERPT = 160
A_DAY = 50_000
PACIFIC = ZoneInfo("America/Los_Angeles")


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message


def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - the only kind this is registered for
    return json_answer({"error": {"code": error.code, "description": error.message}}, error.status)


def check_in(request: Request) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Refused(401, "TOKEN_MISSING", "An access token must be supplied in order to use this endpoint.")
    if status := trouble_with(key):
        code = "TOKEN_INVALID" if status == 401 else "ACCESS_LIMIT_REACHED"
        raise Refused(401 if status == 401 else 429, code, "This key cannot be used.")


def pacific(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, PACIFIC).strftime("%Y-%m-%d %H:%M:%S")


def midnight(now: int) -> str:
    day = datetime.fromtimestamp(now / 1000, UTC) + timedelta(days=1)
    return day.strftime("%Y-%m-%dT00:00:00+00:00")


def excerpt(text: str) -> str:
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT].rstrip()}..."


def review(post: Post) -> dict[str, Any]:
    return {
        "id": post.id,
        "url": f"https://www.yelp.com/biz/{post.location}?hrid={post.id}",
        "text": excerpt(post.text),
        "rating": post.rating,
        "time_created": pacific(post.at),
        "user": {
            "id": f"u{sum(map(ord, post.author))}",
            "profile_url": "",
            "image_url": None,
            "name": post.author,
        },
    }


async def reviews(request: Request) -> Response:
    """The newest three; the real order is nobody's to know."""
    check_in(request)
    town, business = town_of(request), request.path_params["business"]
    if business not in {sites.business(each) for each in town.world.facilities}:
        raise Refused(404, "BUSINESS_NOT_FOUND", "The requested business could not be found.")
    every = [post for post in town.newest("yelp") if post.location == business]
    shown = every[:SHOWN]
    serving(request, shown)
    left = A_DAY - town.ledger.requests["yelp.reviews"]
    headers = {
        "ratelimit-dailylimit": str(A_DAY),
        "ratelimit-remaining": str(left),
        "ratelimit-resettime": midnight(town.now()),
    }
    payload = {"reviews": [review(post) for post in shown], "total": len(every), "possible_languages": ["en"]}
    return json_answer(payload, headers=headers)


routes = [Route("/v3/businesses/{business}/reviews", reviews, name="yelp.reviews")]
