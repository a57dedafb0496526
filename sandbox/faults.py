"""Faults on request: what a network does on a bad day, a number of times or for a number of seconds.

429 429-no-reset 401 401-no-www 402 403 503   refused, as that network words it
hang           no answer; the connection stays open (as long as `hold` says, else ten minutes)
slow           the true answer, a few bytes at a time
html           200 and a sign-in page
truncated      200 and the first half of the true answer
duplicates     the true answer with every item in it twice
drop           the connection ends before anything was done
drop-after-commit   it was done, then the connection ends with no answer
hang-after-commit   it was done, then no answer, for as long as a hang
500-after-commit    it was done, then 500
graph-4 graph-10 graph-12 graph-190   what Facebook says by a code of its own, with 400
yelp-second yelp-day   the two limits of Yelp, both with 429
quotaExceeded commentsDisabled keyInvalid   reasons that YouTube gives
THREAD_LOCKED RATELIMIT DELETED_COMMENT TOO_OLD   what Reddit says inside a 200
renumbered     the mailbox numbers its mails anew; of the others it knows 401, 403, 429, 503, hang, slow,
               html, truncated, duplicates and drop
"""

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox import imap, misdelivery
from sandbox.answers import iso, json_answer, town_of
from sandbox.town import Town

IN_BODY = {
    "THREAD_LOCKED": ("Comments are locked.", "parent"),
    "RATELIMIT": ("you are doing that too much. try again in 9 minutes.", "ratelimit"),
    "DELETED_COMMENT": ("that comment has been deleted", "parent"),
    "TOO_OLD": ("that's a piece of history now; it's too late to reply to it", "parent"),
}
YELP = {"yelp-second": "TOO_MANY_REQUESTS_PER_SECOND", "yelp-day": "ACCESS_LIMIT_REACHED"}
YOUTUBE = {"quotaExceeded": 403, "commentsDisabled": 403, "keyInvalid": 400}
GRAPH = {
    "graph-4": "(#4) Application request limit reached",
    "graph-10": "(#10) This endpoint requires the 'pages_read_user_content' permission",
    "graph-12": "(#12) This method is deprecated for versions v22.0 and higher",
    "graph-190": "Error validating access token: Session has expired.",
}
REFUSALS = {
    "429": (429, "Too Many Requests"),
    "429-no-reset": (429, "Too Many Requests"),
    "401": (401, "Unauthorized"),
    "401-no-www": (401, "Unauthorized"),
    "402": (402, "Your enrolled account does not have any credits to fulfill this request."),
    "403": (403, "Forbidden"),
    "503": (503, "Service Unavailable"),
}
LATE = ("hang-after-commit", "500-after-commit")
OTHERS = ("hang", "slow", "html", "truncated", "duplicates", "drop", "drop-after-commit", *LATE)
KNOWN = (*REFUSALS, *OTHERS, *IN_BODY, *GRAPH, *YELP, *YOUTUBE)
MAIL_ROUTES = {f"mailbox.{command}" for command in imap.COMMANDS}
LONGEST_HANG = 600.0
RETRY_AFTER = 60
DRIP = 64  # bytes
ENTRY = re.compile(rb"<(entry|item)>.*?</\1>", re.DOTALL)
SIGN_IN = b"<!doctype html><title>Sign in</title><h1>Please sign in to continue</h1>"


@dataclass
class Fault:
    route: str  # x.search, or reddit for all of reddit
    fault: str
    times: int | None = None
    until: int | None = None  # milliseconds since 1970
    retry_after: int = RETRY_AFTER
    hold: float = LONGEST_HANG
    met: int = field(default=0)

    def applies(self, route: str, now: int) -> bool:
        is_over = (self.times is not None and self.met >= self.times) or (
            self.until is not None and now >= self.until
        )
        return not is_over and (route == self.route or route.startswith(f"{self.route}."))


def met(active: list[Fault], route: str, now: int) -> Fault | None:
    """The fault that this request runs into."""
    fault = next((each for each in active if each.applies(route, now)), None)
    if fault:
        fault.met += 1
    return fault


class Faults:
    """Stands before the networks; also counts requests, and what really left the house."""

    def __init__(self, app: ASGIApp, *, routes: list[BaseRoute], town: Town, active: list[Fault]) -> None:
        self.app = app
        self.routes = routes
        self.town = town
        self.active = active

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        route = self.name_of(scope)
        if not route.startswith("sandbox."):
            self.town.ledger.requests[route] += 1
        fault = met(self.active, route, self.town.now())
        if fault is None:
            await self.app(scope, receive, send)
            self.count(scope)
        else:
            await self.break_down(fault, route, scope, receive, send)

    def name_of(self, scope: Scope) -> str:
        for route in self.routes:
            if isinstance(route, Route) and route.matches(scope)[0] is Match.FULL:
                return route.name
        return "unknown"

    def count(self, scope: Scope) -> None:
        self.town.ledger.serve(scope.get("sandbox.serving", []), self.town.now())

    async def break_down(self, fault: Fault, route: str, scope: Scope, receive: Receive, send: Send) -> None:
        kind = fault.fault
        if kind == "hang":
            await disconnected(receive, fault.hold)
        if kind in ("hang", "drop"):
            drop(receive)
        elif kind == "html":
            await Response(SIGN_IN, media_type="text/html; charset=utf-8")(scope, receive, send)
        elif kind in GRAPH:
            error = {
                "message": GRAPH[kind],
                "type": "OAuthException",
                "code": int(kind.removeprefix("graph-")),
            }
            await json_answer({"error": error}, 400)(scope, receive, send)
        elif kind in YELP:
            error = {"code": YELP[kind], "description": "You have gone over a limit of this key."}
            await json_answer({"error": error}, 429)(scope, receive, send)
        elif kind in YOUTUBE:
            await json_answer(with_reason(YOUTUBE[kind], kind), YOUTUBE[kind])(scope, receive, send)
        elif kind in REFUSALS:
            await refusal(fault, route, self.town.now() // 1000)(scope, receive, send)
        elif kind in IN_BODY:
            payload = {"json": {"errors": [[kind, *IN_BODY[kind]]]}}
            await json_answer(payload)(scope, receive, send)
        else:
            await self.spoil(fault, scope, receive, send)

    async def spoil(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the network do its work, then deliver the answer badly."""
        kind = fault.fault
        start, body = await overhear(self.app, scope, receive)
        if kind == "hang-after-commit":
            await disconnected(receive, fault.hold)
        if kind in ("drop-after-commit", "hang-after-commit"):
            drop(receive)
        elif kind == "500-after-commit":
            await json_answer({"message": "Internal Server Error"}, 500)(scope, receive, send)
        elif kind in ("truncated", "duplicates"):
            changed = body[: len(body) // 2] if kind == "truncated" else doubled(body)
            await send(with_length(start, len(changed)))
            await send({"type": "http.response.body", "body": changed})
            if kind == "duplicates":
                self.count(scope)
        else:
            await send(start)
            for place in range(0, len(body), DRIP):
                await send(
                    {"type": "http.response.body", "body": body[place : place + DRIP], "more_body": True}
                )
                await asyncio.sleep(0.5)
            await send({"type": "http.response.body", "body": b""})
            self.count(scope)


async def overhear(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    return messages[0], b"".join(message.get("body", b"") for message in messages[1:])


def doubled(body: bytes) -> bytes:
    """A listing with each of its items twice, a feed with each of its entries."""
    try:
        answer = json.loads(body)
    except ValueError:
        return ENTRY.sub(rb"\g<0>\g<0>", body)
    if isinstance(answer, list):
        return json.dumps([item for item in answer for _ in range(2)]).encode()
    inner = answer.get("json", answer)
    holder = inner["data"] if isinstance(inner.get("data"), dict) else inner
    for name in ("data", "children", "reviews", "things", "items", "statuses", "posts"):
        if isinstance(holder.get(name), list):
            holder[name] = [item for item in holder[name] for _ in range(2)]
    return json.dumps(answer).encode()


def with_length(start: Message, length: int) -> Message:
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    return {**start, "headers": [*headers, (b"content-length", str(length).encode())]}


def drop(receive: Receive) -> None:
    """End the connection with no answer. ASGI has no word for that; uvicorn's request holds its transport."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionAbortedError("dropped on request")
    transport.close()


async def disconnected(receive: Receive, at_most: float) -> None:
    async def wait() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(wait(), at_most)
    except TimeoutError:
        return


def refusal(fault: Fault, route: str, now: int) -> Response:
    status, message = REFUSALS[fault.fault]
    network = route.split(".")[0]
    headers: dict[str, str] = {}
    if fault.fault == "429":
        headers = reset_headers(network, fault.retry_after, now)
    elif fault.fault == "401":
        headers = {"www-authenticate": f'Bearer realm="{network}", error="invalid_token"'}
    elif fault.fault == "503":
        headers = {"retry-after": "5"}
    return json_answer(wording(network, status, message), status, headers)


def reset_headers(network: str, retry_after: int, now: int) -> dict[str, str]:
    if network == "x":
        return {
            "x-rate-limit-limit": "450",
            "x-rate-limit-remaining": "0",
            "x-rate-limit-reset": str(now + retry_after),
        }
    if network == "mastodon":
        return {"x-ratelimit-remaining": "0", "x-ratelimit-reset": iso((now + retry_after) * 1000)}
    if network == "bluesky":
        return {"ratelimit-remaining": "0", "ratelimit-reset": str(now + retry_after)}
    headers = {"retry-after": str(retry_after)}
    if network == "reddit":
        spent = {
            "x-ratelimit-remaining": "0",
            "x-ratelimit-used": "600",
            "x-ratelimit-reset": str(retry_after),
        }
        headers |= spent
    return headers


def wording(network: str, status: int, message: str) -> dict[str, Any]:
    if network == "mastodon":
        return {"error": message}
    if network == "bluesky":
        return {"error": message.replace(" ", ""), "message": message}
    if network == "reddit":
        return {"message": message, "error": status}
    if network == "google":
        words = {
            429: "RESOURCE_EXHAUSTED",
            401: "UNAUTHENTICATED",
            403: "PERMISSION_DENIED",
            503: "UNAVAILABLE",
        }
        return {
            "error": {"code": status, "message": message, "status": words.get(status, "FAILED_PRECONDITION")}
        }
    if network == "facebook":
        codes = {429: 4, 401: 190, 403: 10, 503: 2}
        return {"error": {"message": message, "type": "OAuthException", "code": codes.get(status, 1)}}
    if network == "yelp":
        return {"error": {"code": message.upper().replace(" ", "_"), "description": message}}
    if network == "youtube":
        return with_reason(status, {429: "rateLimitExceeded", 401: "authError"}.get(status, "forbidden"))
    titles = {429: "Too Many Requests", 401: "Unauthorized", 402: "CreditsDepleted", 403: "Forbidden"}
    title = titles.get(status, "Service Unavailable")
    return {"title": title, "detail": message, "type": "about:blank", "status": status}


def with_reason(status: int, reason: str) -> dict[str, Any]:
    return {"error": {"code": status, "message": reason, "errors": [{"domain": "youtube", "reason": reason}]}}


def read(asked: dict[str, Any], request: Request) -> Fault | str:
    """The fault that was asked for, or why it cannot be had."""
    route = str(asked.get("route", ""))
    known = misdelivery.KNOWN if route.split(".")[0] == "mailbox" else KNOWN
    if asked.get("fault") not in known:
        return f"fault must be one of {', '.join(known)}"
    names = {each.name for each in request.app.state.network_routes} | MAIL_ROUTES
    if route not in names and not any(name.startswith(f"{route}.") for name in names):
        return f"route must be a network or one of {', '.join(sorted(names))}"
    seconds = asked.get("seconds")
    return Fault(
        route=route,
        fault=asked["fault"],
        times=asked.get("times"),
        until=town_of(request).now() + int(float(seconds) * 1000) if seconds is not None else None,
        retry_after=int(asked.get("retry_after", RETRY_AFTER)),
        hold=float(asked.get("hold", LONGEST_HANG)),
    )
