"""Care Opinion: stories by filter, one story, and the page to sign in at that a wrong key leads to."""

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.answers import iso, json_answer, number, serving, town_of, trouble_with
from sandbox.faults import SIGN_IN
from sandbox.post import Post

MOST = 100
MANY = 3  # the most answers a story has


def is_known(request: Request) -> bool:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    given = key if scheme == "SUBSCRIPTION_KEY" else request.query_params.get("key", "")
    return bool(given.strip()) and not trouble_with(given)


def sign_in(request: Request) -> Response:
    return RedirectResponse(str(request.url_for("careopinion.sign-in")), 302)


def story(post: Post) -> dict[str, Any]:
    at = post.edited_at or post.at
    answers = [
        {"id": post.order % 10_000 + number, "changeInt": number % 3, "dateOfSubmission": iso(at)[:-1]}
        for number in range(post.order % (MANY + 2) - 1)
    ]
    return {
        "id": int(post.id),
        "title": post.title,
        "body": post.text,
        "author": post.author,
        "dateOfSubmission": iso(post.at)[:-1],
        "dateOfPublication": iso(post.at)[:-1],
        "submissionRoute": "web",
        "authorAgeGroup": None,
        "criticality": None,
        "responses": answers,
        "links": [{"rel": "healthservice", "id": post.location}],
    }


async def opinions(request: Request) -> Response:
    if not is_known(request):
        return sign_in(request)
    take, skip = (
        number(request.query_params.get(name), default) for name, default in (("take", 100), ("skip", 0))
    )
    if take is None or skip is None:
        return json_answer({"message": "The request is invalid."}, 400)
    found = [post for post in town_of(request).newest("careopinion") if fits(post, request)]
    if request.query_params.get("dateofpublicationorder") == "ascending":
        found.reverse()
    shown = found[skip : skip + min(take, MOST)]
    serving(request, shown)
    return json_answer([story(post) for post in shown])


def fits(post: Post, request: Request) -> bool:
    service, after = request.query_params.get("nacs"), request.query_params.get("publishedafter")
    day = datetime.fromtimestamp(post.at / 1000, UTC).date().isoformat()
    return (not service or post.location == service) and (not after or day >= after)


async def opinion(request: Request) -> Response:
    if not is_known(request):
        return sign_in(request)
    post = town_of(request).find("careopinion", request.path_params["id"])
    if post is None or post.gone:
        return json_answer({"message": "Not found."}, 404)
    return json_answer(story(post))


async def log_in(request: Request) -> Response:
    return HTMLResponse(SIGN_IN)


routes = [
    Route("/api/v2/opinions", opinions, name="careopinion.opinions"),
    Route("/api/v2/opinions/{id}", opinion, name="careopinion.opinion"),
    Route("/account/login", log_in, name="careopinion.sign-in"),
]
