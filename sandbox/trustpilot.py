"""Trustpilot: the reviews of one business unit, public and private, one review, and the answer to it."""

import base64
import binascii
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import deeds, sites
from sandbox.answers import form_of, iso, json_answer, json_of, number, serving, town_of, trouble_with
from sandbox.post import Post

MOST = 100
LONGEST = 5000
TOKEN = "sandbox-trustpilot-token"  # noqa: S105 - of a pretend network


class Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message


def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - the only kind this is registered for
    return json_answer({"message": error.message, "errorCode": error.status}, error.status)


async def token(request: Request) -> Response:
    form = await form_of(request)
    scheme, _, pair = request.headers.get("authorization", "").partition(" ")
    try:
        key, _, secret = base64.b64decode(pair).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        key = secret = ""
    if scheme.lower() != "basic" or not key or not secret:
        raise Refused(401, "Invalid client")
    if trouble_with(key, secret) == 401:
        raise Refused(401, "Invalid client")
    if form.get("grant_type") != "client_credentials":
        raise Refused(400, "Unsupported grant type")
    return json_answer({"access_token": TOKEN, "expires_in": "359999"})


def check_in(request: Request, *, is_private: bool = False) -> None:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    key = request.headers.get("apikey") or request.query_params.get("apikey")
    if not (scheme.lower() == "bearer" and bearer == TOKEN if is_private else key):
        raise Refused(401, "Invalid ApiKey" if not is_private else "Invalid access token")
    if status := trouble_with(key or ""):
        raise Refused(401, "Invalid ApiKey") if status == 401 else Refused(429, "Too Many Requests")


def review(request: Request, post: Post, *, is_private: bool = False) -> dict[str, Any]:
    answered = town_of(request).records.review_replies.get(post.id)
    at = answered and iso(answered["at"])
    shape: dict[str, Any] = {
        "id": post.id,
        "stars": post.rating,
        "title": post.title,
        "text": post.text,
        "language": post.lang,
        "createdAt": iso(post.at),
        "updatedAt": iso(post.edited_at) if post.edited_at else None,
        "companyReply": answered and {"text": answered["text"], "createdAt": at, "updatedAt": at},
        "numberOfLikes": 0,
        "status": "active",
        "consumer": {
            "id": f"c{sum(map(ord, post.author))}",
            "displayName": post.author,
            "numberOfReviews": 2,
        },
        "businessUnit": {"id": sites.UNIT, "displayName": "Northfield Health"},
    }
    if is_private:
        shape |= {"referralEmail": "someone@mail.example", "referenceId": f"ORD-{post.order % 9973}"}
    return shape


async def public(request: Request) -> Response:
    check_in(request)
    return listing(request, is_private=False)


async def private(request: Request) -> Response:
    check_in(request, is_private=True)
    return listing(request, is_private=True)


def listing(request: Request, *, is_private: bool) -> Response:
    if request.path_params["unit"] != sites.UNIT:
        raise Refused(404, "Business unit not found")
    size = number(request.query_params.get("perPage"), 20)
    page = number(request.query_params.get("page"), 1)
    if not size or not page or size > MOST:
        raise Refused(400, "perPage must be from 1 to 100, and page at least 1")
    every = list(town_of(request).newest("trustpilot"))
    shown = every[(page - 1) * size : page * size]
    serving(request, shown)
    return json_answer(
        {"links": [], "reviews": [review(request, post, is_private=is_private) for post in shown]}
    )


def the_review(request: Request) -> Post:
    post = town_of(request).find("trustpilot", request.path_params["review"])
    if post is None or post.gone:
        raise Refused(404, "Review not found")
    return post


async def one(request: Request) -> Response:
    check_in(request)
    return json_answer(review(request, the_review(request)))


async def reply(request: Request) -> Response:
    check_in(request, is_private=True)
    post, body = the_review(request), await json_of(request)
    text = body.get("message") if isinstance(body, dict) else None
    if (
        not isinstance(text, str)
        or not 0 < len(text.strip()) <= LONGEST
        or not body.get("authorBusinessUserId")
    ):
        raise Refused(400, "message and authorBusinessUserId are required")
    deeds.answer_review(town_of(request), post, text)
    return Response(status_code=201)


UNITS = "business-units/{unit}/reviews"
routes = [
    Route(
        "/v1/oauth/oauth-business-users-for-applications/accesstoken",
        token,
        methods=["POST"],
        name="trustpilot.token",
    ),
    Route(f"/v1/{UNITS}", public, name="trustpilot.reviews"),
    Route(f"/v1/private/{UNITS}", private, name="trustpilot.private"),
    Route("/v1/reviews/{review}", one, name="trustpilot.review"),
    Route("/v1/private/reviews/{review}/reply", reply, methods=["POST"], name="trustpilot.reply"),
]
