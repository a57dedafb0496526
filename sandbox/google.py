"""Google Business Profile: reviews of a location, the reply to a review, and the token both need."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import deeds
from sandbox.answers import form_of, iso, json_answer, json_of, number, serving, town_of, trouble_with
from sandbox.post import Post

STARS = ("STAR_RATING_UNSPECIFIED", "ONE", "TWO", "THREE", "FOUR", "FIVE")
LONGEST_REPLY = 4096
PAGE = 50
ORDERS = ("updateTime desc", "rating", "rating desc")
STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}

SPENT = "a-spent-token"


class Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message


def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - the only kind this is registered for
    payload = {"error": {"code": error.status, "message": error.message, "status": STATUS[error.status]}}
    headers = (
        {"www-authenticate": 'Bearer realm="https://accounts.google.com/"'} if error.status == 401 else None
    )
    return json_answer(payload, error.status, headers)


async def token(request: Request) -> Response:
    form = await form_of(request)
    if (
        form.get("grant_type") != "refresh_token"
        or not form.get("refresh_token")
        or trouble_with(*form.values()) == 401
        or not form.get("client_id")
    ):
        return json_answer({"error": "invalid_grant", "error_description": "Bad Request"}, 400)
    return json_answer(
        {
            "access_token": SPENT if trouble_with(*form.values()) else "sandbox-google-token",
            "expires_in": 3599,
            "scope": "https://www.googleapis.com/auth/business.manage",
            "token_type": "Bearer",
        }
    )


def check_in(request: Request) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Refused(401, "Request is missing required authentication credential.")
    if key == SPENT:
        raise Refused(429, "Quota exceeded for quota metric 'Requests' of this project.")


def updated(post: Post) -> int:
    return post.edited_at or post.at


def location_of(request: Request) -> str:
    return "accounts/{account}/locations/{location}".format(**request.path_params)


async def reviews(request: Request) -> Response:
    check_in(request)
    town, location = town_of(request), location_of(request)
    known = {each.location for each in town.world.facilities}
    known |= {post.location for post in town.records.posts.values() if post.network == "google"}
    if location not in known:
        raise Refused(404, "Requested entity was not found.")
    size, start = number(request.query_params.get("pageSize"), PAGE), page_start(request)
    order = request.query_params.get("orderBy") or "updateTime desc"
    if size is None or start is None or order not in ORDERS:
        raise Refused(400, "Request contains an invalid argument.")
    every = [post for post in town.newest("google") if post.location == location]
    return json_answer(listing(request, every, order=order, start=start, size=min(size or PAGE, PAGE)))


def page_start(request: Request) -> tuple[int, int] | None:
    """Update time (or rating) and place of the last review before this page; no place for the first."""
    text = request.query_params.get("pageToken")
    if not text:
        return 0, 0
    moment, _, place = text.partition("~")
    return (int(moment), int(place)) if moment.isdigit() and place.isdigit() else None


def listing(
    request: Request, every: list[Post], *, order: str, start: tuple[int, int], size: int
) -> dict[str, Any]:
    """Pages are cut behind a review, not at a count, so that a new one on top repeats and skips nothing."""

    def rank(post: Post) -> tuple[int, int]:
        return (updated(post) if order.startswith("updateTime") else post.rating or 0), post.order

    is_down = order.endswith("desc")
    ordered = sorted(every, key=rank, reverse=is_down)
    if start[1]:
        ordered = [post for post in ordered if (rank(post) < start if is_down else rank(post) > start)]
    shown = ordered[:size]
    serving(request, shown)
    ratings = [post.rating for post in every if post.rating]
    payload: dict[str, Any] = {"reviews": [review(request, post) for post in shown]} if shown else {}
    if ratings:
        payload["averageRating"] = round(sum(ratings) / len(ratings), 2)
    payload["totalReviewCount"] = len(every)
    if len(ordered) > size:
        moment, place = rank(shown[-1])
        payload["nextPageToken"] = f"{moment}~{place}"
    return payload


def review(request: Request, post: Post) -> dict[str, Any]:
    """A rating without words has no comment at all."""
    shape: dict[str, Any] = {
        "name": f"{post.location}/reviews/{post.id}",
        "reviewId": post.id,
        "reviewer": {
            "displayName": post.author,
            "profilePhotoUrl": f"https://photos.example/{post.order % 97}.png",
        },
        "starRating": STARS[post.rating or 0],
        "createTime": iso(post.at),
        "updateTime": iso(updated(post)),
    }
    if post.text:
        shape["comment"] = post.text
    answered = town_of(request).records.review_replies.get(post.id)
    if answered:
        shape["reviewReply"] = {"comment": answered["text"], "updateTime": iso(answered["at"])}
    return shape


def the_review(request: Request) -> Post:
    post = town_of(request).find("google", request.path_params["review"])
    if post is None or post.gone or post.location != location_of(request):
        raise Refused(404, "Requested entity was not found.")
    return post


async def one(request: Request) -> Response:
    check_in(request)
    return json_answer(review(request, the_review(request)))


async def reply(request: Request) -> Response:
    check_in(request)
    post, body = the_review(request), await json_of(request)
    text = body.get("comment") if isinstance(body, dict) else None
    if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST_REPLY:
        raise Refused(400, f"comment must have from 1 to {LONGEST_REPLY} characters.")
    at = deeds.answer_review(town_of(request), post, text)
    return json_answer({"comment": text, "updateTime": iso(at)})


async def withdraw(request: Request) -> Response:
    check_in(request)
    town_of(request).records.add("review_reply_gone", review=the_review(request).id)
    return json_answer({})


REVIEWS = "/v4/accounts/{account}/locations/{location}/reviews"
routes = [
    Route("/token", token, methods=["POST"], name="google.token"),
    Route(REVIEWS, reviews, name="google.reviews"),
    Route(f"{REVIEWS}/{{review}}", one, name="google.review"),
    Route(f"{REVIEWS}/{{review}}/reply", reply, methods=["PUT"], name="google.reply"),
    Route(f"{REVIEWS}/{{review}}/reply", withdraw, methods=["DELETE"], name="google.withdraw"),
]
