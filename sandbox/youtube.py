"""YouTube's Data API: comment threads of a video or channel, comments by id or thread, and answering."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import deeds, sites
from sandbox.answers import iso, json_answer, json_of, number, serving, town_of, trouble_with
from sandbox.faults import YOUTUBE
from sandbox.post import Post
from sandbox.town import Town

MOST = 100
SENT_ALONG = 5
REASONS = {400: "badRequest", 401: "authError", 404: "videoNotFound", 429: "rateLimitExceeded"}


class Refused(Exception):
    def __init__(self, status: int, message: str, reason: str = "") -> None:
        self.status = status
        self.message = message
        self.reason = reason or REASONS.get(status, "forbidden")


def problem(status: int, message: str, reason: str) -> dict[str, Any]:
    found = {"message": message, "domain": "youtube", "reason": reason}
    return {"error": {"code": status, "message": message, "errors": [found]}}


def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - the only kind this is registered for
    return json_answer(problem(error.status, error.message, error.reason), error.status)


def check_in(request: Request) -> None:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    key = request.headers.get("x-goog-api-key") or request.query_params.get("key")
    if not (key or (scheme.lower() == "bearer" and bearer.strip())):
        raise Refused(403, "The request is missing a valid API key.")
    if status := trouble_with(key or bearer):
        reason = "keyInvalid" if status == 401 else "quotaExceeded"
        raise Refused(YOUTUBE[reason], "This key cannot be used.", reason)


def comment(post: Post) -> dict[str, Any]:
    channel = sites.CHANNEL if post.is_ours else f"UC{sum(map(ord, post.author)):022}"
    snippet = {
        "videoId": post.location,
        "textDisplay": post.text,
        "authorDisplayName": post.author,
        "authorChannelId": {"value": channel},
        "canRate": True,
        "likeCount": 0,
        "publishedAt": iso(post.at),
        "updatedAt": iso(post.edited_at or post.at),
    }
    if post.parent:
        snippet["parentId"] = post.parent
    return {"kind": "youtube#comment", "id": post.id, "snippet": snippet}


def answers_to(town: Town, id: str) -> list[Post]:
    return [post for post in town.newest("youtube") if post.parent == id]


async def threads(request: Request) -> Response:
    check_in(request)
    town, params = town_of(request), request.query_params
    video, channel = params.get("videoId"), params.get("allThreadsRelatedToChannelId")
    if bool(video) == bool(channel):
        raise Refused(400, "Exactly one of videoId and allThreadsRelatedToChannelId is required.")
    if video and video not in sites.VIDEOS:
        raise Refused(404, "The video identified by the videoId parameter could not be found.")
    every = [post for post in town.newest("youtube") if not post.parent]
    if channel != sites.CHANNEL:
        every = [post for post in every if post.location == video]
    shown, token = paged(request, every)
    items, served = [], list(shown)
    for post in shown:
        answers = answers_to(town, post.id)
        served += answers[:SENT_ALONG]
        items.append(thread(post, answers))
    serving(request, served)
    return json_answer(listing("youtube#commentThreadListResponse", items, token))


def thread(post: Post, answers: list[Post]) -> dict[str, Any]:
    snippet = {
        "videoId": post.location,
        "topLevelComment": comment(post),
        "canReply": True,
        "totalReplyCount": len(answers),
        "isPublic": True,
    }
    found: dict[str, Any] = {"kind": "youtube#commentThread", "id": post.id, "snippet": snippet}
    if answers:
        found["replies"] = {"comments": [comment(answer) for answer in answers[:SENT_ALONG]]}
    return found


def paged(request: Request, every: list[Post]) -> tuple[list[Post], str]:
    """A page behind the comment that the token names, so that a new one on top repeats and skips nothing."""
    size = number(request.query_params.get("maxResults"), 20)
    if not size or size > MOST:
        raise Refused(400, "maxResults must be from 1 to 100.")
    token = request.query_params.get("pageToken", "")
    ids = [post.id for post in every]
    start = ids.index(token) + 1 if token in ids else 0
    shown = every[start : start + size]
    return shown, shown[-1].id if shown and shown[-1].id != ids[-1] else ""


def listing(kind: str, items: list[Any], token: str) -> dict[str, Any]:
    page = {"totalResults": len(items), "resultsPerPage": len(items)}
    return {"kind": kind, "pageInfo": page, "items": items} | ({"nextPageToken": token} if token else {})


async def comments(request: Request) -> Response:
    check_in(request)
    town, params = town_of(request), request.query_params
    if "id" in params:
        found = [town.find("youtube", id) for id in params["id"].split(",")]
        shown, token = [post for post in found if post is not None and not post.gone], ""
    else:
        shown, token = paged(request, answers_to(town, params.get("parentId", "")))
    return json_answer(listing("youtube#commentListResponse", [comment(post) for post in shown], token))


async def insert(request: Request) -> Response:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not bearer.strip():
        raise Refused(401, "Invalid Credentials")
    body, town = await json_of(request), town_of(request)
    snippet = body.get("snippet") if isinstance(body, dict) else None
    if not isinstance(snippet, dict):
        raise Refused(400, "The comment has no snippet.", "commentTextRequired")
    words = snippet.get("textOriginal")
    if not isinstance(words, str) or not words.strip():
        raise Refused(400, "The comment has no text.", "commentTextRequired")
    above = town.find("youtube", str(snippet.get("parentId", "")))
    if above is None or above.gone or above.parent:
        raise Refused(404, "The parent comment could not be found.", "parentCommentNotFound")
    made = deeds.answer(town, above, words, network="youtube", author=town.world.name)
    return json_answer(comment(made))


routes = [
    Route("/youtube/v3/commentThreads", threads, name="youtube.threads"),
    Route("/youtube/v3/comments", comments, name="youtube.comments"),
    Route("/youtube/v3/comments", insert, methods=["POST"], name="youtube.comment"),
]
