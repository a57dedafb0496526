"""What a tester reads and presses, under /_sandbox/. Every body is JSON and must say so."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sandbox import deeds, faults
from sandbox.answers import iso, json_answer, json_of, town_of
from sandbox.page import page
from sandbox.post import Post

Deed = Callable[[Request, Any], object]


def summary(post: Post) -> dict[str, Any]:
    return {"network": post.network, "id": post.id, "key": post.key, "at": iso(post.at), "gone": post.gone}


async def ledger(request: Request) -> Response:
    town = town_of(request)
    replies = [{**reply, "at": iso(reply["at"])} for reply in town.records.replies]
    return json_answer(
        {
            "served": {network: list(found) for network, found in town.ledger.served.items()},
            "replies": replies,
            "deleted": [
                {"network": network, "id": id, "by": by} for (network, id), by in town.records.gone.items()
            ],
            "edited": [{"network": network, "id": id} for network, id in town.records.revisions],
            "requests": dict(town.ledger.requests),
            "now": iso(town.now()),
        }
    )


def door(deed: Deed) -> Callable[[Request], Awaitable[Response]]:
    """Only JSON that says it is: a strange web page cannot send that here without being asked."""

    async def answer(request: Request) -> Response:
        if not request.headers.get("content-type", "").startswith("application/json"):
            return json_answer({"error": "send JSON, with content-type application/json"}, 415)
        asked = await json_of(request)
        if not isinstance(asked, (dict, list)):
            return json_answer({"error": "the body is not a JSON object or list"}, 400)
        try:
            return json_answer(deed(request, asked))
        except (ValueError, TypeError, AttributeError) as error:
            return json_answer({"error": str(error)}, 400)

    return answer


def posts(request: Request, asked: Any) -> object:
    """One post, a list of them, or {"posts": [...]}; all or, up to the first that is unusable, some."""
    entries = asked.get("posts", [asked]) if isinstance(asked, dict) else asked
    return {"posts": [summary(deeds.inject(town_of(request), entry)) for entry in entries]}


def edit(request: Request, asked: Any) -> object:
    return summary(deeds.edit(town_of(request), asked))


def delete(request: Request, asked: Any) -> object:
    return summary(deeds.delete(town_of(request), asked))


def native(request: Request, asked: Any) -> object:
    return {"id": deeds.answer_natively(town_of(request), asked)}


def storm(request: Request, asked: Any) -> object:
    return vars(deeds.storm(town_of(request), asked))


def quiet(request: Request, asked: Any) -> object:
    return {"quiet": deeds.quiet(town_of(request), asked)}


def forget(request: Request, asked: Any) -> object:
    """What was injected, posted, edited, deleted, served and broken is forgotten: between two tests, say."""
    town = town_of(request)
    town.records.add("forget")
    town.ledger.clear()
    request.app.state.faults.clear()
    request.app.state.mastodon_keys.clear()
    request.app.state.x_rules.clear()
    for network in ("x", "reddit", "bluesky", "mastodon"):
        getattr(request.app.state, f"{network}_budget").used.clear()
    return {"forgotten": True}


def fault(request: Request, asked: Any) -> object:
    made = faults.read(asked, request)
    if isinstance(made, str):
        raise deeds.Unusable(made)
    request.app.state.faults.append(made)
    return vars(made)


async def current_faults(request: Request) -> Response:
    return json_answer({"faults": [vars(each) for each in request.app.state.faults]})


async def clear_faults(request: Request) -> Response:
    request.app.state.faults.clear()
    return json_answer({"faults": []})


async def home(request: Request) -> Response:
    headers = {
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
        "cache-control": "no-store",
    }
    body = page(town_of(request)).encode("utf-8", errors="replace").decode()
    return HTMLResponse(body, headers=headers)


routes = [
    Route("/", home, name="sandbox.home"),
    Route("/_sandbox/ledger", ledger, name="sandbox.ledger"),
    Route("/_sandbox/posts", door(posts), methods=["POST"], name="sandbox.posts"),
    Route("/_sandbox/edit", door(edit), methods=["POST"], name="sandbox.edit"),
    Route("/_sandbox/delete", door(delete), methods=["POST"], name="sandbox.delete"),
    Route("/_sandbox/native", door(native), methods=["POST"], name="sandbox.native"),
    Route("/_sandbox/storm", door(storm), methods=["POST"], name="sandbox.storm"),
    Route("/_sandbox/quiet", door(quiet), methods=["POST"], name="sandbox.quiet"),
    Route("/_sandbox/forget", door(forget), methods=["POST"], name="sandbox.forget"),
    Route("/_sandbox/faults", door(fault), methods=["POST"], name="sandbox.fault"),
    Route("/_sandbox/faults", current_faults, name="sandbox.faults"),
    Route("/_sandbox/faults", clear_faults, methods=["DELETE"], name="sandbox.faults-clear"),
]
