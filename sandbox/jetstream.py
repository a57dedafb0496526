"""Bluesky's Jetstream over a WebSocket, in both of its dialects, and what a tester may ask of it.

POST /_sandbox/jetstream takes {"do": ...}:
pace        {"rate": events a second, "every": one in so many is about the hospital}
post        {"text", "did"?, "rkey"?}      edit, delete    {"id", "text"?}      account  {"did", "status"}
close       {"code"}: the next connection that has something to send is closed with this code
raw         {"text"}: sent as it is        oversized {"bytes"}        silent: no word from then on
forget-before  {"seq"}: a cursor before it is refused (v2) or moved on (v1)
"""

import asyncio
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.answers import json_answer, json_of
from sandbox.faults import REFUSALS, SIGN_IN, Fault, reset_headers, wording
from sandbox.firehose import COLLECTION, Firehose, iso, post, removal

TICK = 0.02
MOST_AT_ONCE = 2_000


def firehose_of(scope_app: Any) -> Firehose:
    found: Firehose = scope_app.state.firehose
    return found


async def second(socket: WebSocket) -> None:
    await stream(socket, is_first=False)


async def first(socket: WebSocket) -> None:
    await stream(socket, is_first=True)


async def stream(socket: WebSocket, *, is_first: bool) -> None:
    hose, cursor = firehose_of(socket.app), number_of(socket.query_params.get("cursor"))
    hose.connects.append({"cursor": cursor, "version": 1 if is_first else 2})
    refusal = await refused(socket) or (None if is_first else too_old(hose, cursor))
    if refusal is not None:
        await socket.send_denial_response(refusal)
        return
    # What is said from now on is heard, however long the handshake takes.
    after = hose.head() if cursor is None else position(hose, cursor, is_first=is_first)
    offered = socket.scope.get("subprotocols") or [None]
    await socket.accept(subprotocol=offered[0])
    listener = asyncio.create_task(hung_up(socket))
    try:
        await pump(socket, hose, after, listener, is_first=is_first)
    except (WebSocketDisconnect, RuntimeError):
        return
    finally:
        listener.cancel()


async def hung_up(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def pump(
    socket: WebSocket, hose: Firehose, after: int, listener: "asyncio.Task[None]", *, is_first: bool
) -> None:
    while not listener.done():
        if hose.orders and not await obeyed(socket, hose.orders.pop(0), listener):
            return
        head = min(hose.head(), after + MOST_AT_ONCE)
        for number, event in hose.between(after, head):
            await socket.send_text(frame(hose, number, event, is_first=is_first))
            hose.serve(number, event)
        after = max(after, head)
        await asyncio.sleep(0 if head < hose.head() else TICK)


async def obeyed(socket: WebSocket, order: dict[str, Any], listener: "asyncio.Task[None]") -> bool:
    """Whether the stream goes on after it."""
    match order["do"]:
        case "close":
            await socket.close(int(order.get("code", 1012)))
            return False
        case "silent":
            await listener
            return False
        case "oversized":
            await socket.send_text(json.dumps({"kind": "commit", "pad": "x" * int(order["bytes"])}))
        case _:
            await socket.send_text(str(order.get("text", "")))
    return True


def position(hose: Firehose, cursor: int, *, is_first: bool) -> int:
    """The number after which to begin. The older dialect counts in microseconds and silently moves on."""
    if not is_first:
        return cursor
    return max(hose.oldest - 1, hose.number_at(cursor / 1_000_000))


def too_old(hose: Firehose, cursor: int | None) -> Response | None:
    if cursor is None or cursor >= hose.oldest:
        return None
    return JSONResponse({"error": "CursorTooOld", "message": "the cursor is outside the window"}, 400)


async def refused(socket: WebSocket) -> Response | None:
    """A fault at the door, as it was asked for."""
    now = socket.app.state.town.now()
    faults: list[Fault] = socket.app.state.faults
    fault = next((each for each in faults if each.applies("jetstream.events", now)), None)
    if fault is None:
        return None
    fault.met += 1
    if fault.fault == "hang":
        await asyncio.sleep(fault.hold)
    if fault.fault in REFUSALS:
        status, message = REFUSALS[fault.fault]
        with_reset = fault.fault == "429"
        headers = reset_headers("jetstream", fault.retry_after, now // 1000) if with_reset else {}
        return json_answer(wording("jetstream", status, message), status, headers)
    return HTMLResponse(SIGN_IN)


def frame(hose: Firehose, number: int, event: dict[str, Any], *, is_first: bool) -> str:
    at = hose.at(number)
    record = event.get("record")
    if record is not None and "createdAt" not in record:
        record = {**record, "createdAt": iso(at)}
    if "status" in event:
        account = {"active": False, "did": event["did"], "status": event["status"], "time": iso(at)}
        if is_first:
            entry = {
                "did": event["did"],
                "time_us": int(at * 1_000_000),
                "kind": "account",
                "account": account,
            }
            return json.dumps(entry)
        return second_frame(number, at, "account", {"did": event["did"], "account": account})
    commit = {"operation": event["operation"], "collection": COLLECTION, "rkey": event["rkey"]}
    commit |= {} if record is None else {"record": record, "cid": f"bafy{number}"}
    if is_first:
        rev = {"rev": str(number)}
        return json.dumps(
            {"did": event["did"], "time_us": int(at * 1_000_000), "kind": "commit", "commit": rev | commit}
        )
    return second_frame(number, at, "commit", {"did": event["did"], **commit})


def second_frame(number: int, at: float, kind: str, fields: dict[str, Any]) -> str:
    name = f"network.bsky.jetstream.subscribeEvents#{kind}"
    return json.dumps(
        {"$type": "message", "payload": {"$type": name, "seq": number, "time": iso(at), **fields}}
    )


def number_of(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


# -- What a tester asks ------------------------------------------------------------------------------


async def ask(request: Request) -> Response:
    asked = await json_of(request)
    if not request.headers.get("content-type", "").startswith("application/json"):
        return json_answer({"error": "send JSON, with content-type application/json"}, 415)
    if not isinstance(asked, dict):
        return json_answer({"error": "the body is not a JSON object"}, 400)
    try:
        return json_answer(done(firehose_of(request.app), asked))
    except (KeyError, ValueError, TypeError) as error:
        return json_answer({"error": f"{type(error).__name__}: {error}"}, 400)


def done(hose: Firehose, asked: dict[str, Any]) -> dict[str, Any]:
    match asked.get("do"):
        case "pace":
            hose.pace(float(asked["rate"]), int(asked.get("every", hose.spells[-1].every)))
        case "post":
            event = post(hose.head() + 1, str(asked["text"]), 0)
            event["record"] |= asked.get("record", {})
            event |= {name: asked[name] for name in ("did", "rkey") if name in asked}
            return {"seq": hose.put(event), "id": f"at://{event['did']}/{COLLECTION}/{event['rkey']}"}
        case "edit" | "delete" as deed:
            did, _, rkey = str(asked["id"]).removeprefix("at://").partition(f"/{COLLECTION}/")
            event = removal(did, rkey)
            if deed == "edit":
                record = {"$type": COLLECTION, "text": str(asked["text"]), "langs": ["en"]}
                event = {"did": did, "operation": "update", "rkey": rkey, "record": record}
            return {"seq": hose.put(event)}
        case "account":
            return {"seq": hose.put({"did": str(asked["did"]), "status": str(asked["status"])})}
        case "close" | "raw" | "oversized" | "silent":
            hose.orders.append(asked)
        case "forget-before":
            hose.oldest = int(asked["seq"])
        case _:
            raise ValueError("do must be one of those that the manual names")
    return {"done": True}


async def ledger(request: Request) -> Response:
    """What was sent: how much in all, and by id what is about the hospital."""
    hose = firehose_of(request.app)
    return json_answer(
        {
            "sent": hose.sent,
            "first": hose.first,
            "head": hose.head(),
            "served": hose.served,
            "removed": hose.removed,
            "connects": hose.connects,
        }
    )


routes: list[BaseRoute] = [
    WebSocketRoute("/xrpc/network.bsky.jetstream.subscribeEvents", second, name="jetstream.events"),
    WebSocketRoute("/subscribe", first, name="jetstream.subscribe"),
]
controls = [
    Route("/_sandbox/jetstream", ask, methods=["POST"], name="sandbox.jetstream"),
    Route("/_sandbox/jetstream", ledger, name="sandbox.jetstream-ledger"),
]
