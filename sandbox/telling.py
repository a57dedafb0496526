"""Answers that do not end: posts told as they are written, on X and Mastodon, and what a tester asks of them.

POST /_sandbox/streams takes {"network": "x" or "mastodon", "do": ...}, obeyed by the next open stream there:
close    it ends in an orderly way        drop     it ends in the middle
silent   not a word from then on          raw      {"text"}: sent as it is
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from sandbox import ids
from sandbox.answers import json_answer, json_of, town_of
from sandbox.faults import drop
from sandbox.post import Post
from sandbox.stream import HOUR
from sandbox.town import Town

TICK = 0.05
EDITED_WITHIN = 6 * HOUR
NETWORKS = ("x", "mastodon")


@dataclass
class Streams:
    """Who listens, and what the next of them is to meet."""

    open: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NETWORKS, 0))
    opened: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NETWORKS, 0))
    orders: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in NETWORKS})


@dataclass(frozen=True)
class Manner:
    """How a network writes down what happens; empty: it does not say."""

    network: str
    life: bytes
    every: float  # seconds between two signs of life
    posted: Callable[[Post], bytes]
    edited: Callable[[Post], bytes]
    deleted: Callable[[Post], bytes]
    beginning: bytes = b""


class Watch:
    """What has happened on one network since it was last looked at."""

    def __init__(self, town: Town, network: str) -> None:
        self.town, self.network, self.at = town, network, town.now()
        self.after = ids.order_at(self.at + 1) - 1
        self.gone = len(town.records.gone)

    def look(self, manner: Manner) -> Iterable[tuple[Post | None, bytes]]:
        now = self.town.now()
        posts = list(self.town.newest(self.network, after=self.after))[::-1]
        for post in posts:
            yield post, manner.posted(post)
        self.after = max([self.after, *(post.order for post in posts)])
        for post in self.town.newest(self.network, after=ids.order_at(now - EDITED_WITHIN)):
            if post.edited_at is not None and self.at < post.edited_at <= now:
                yield post, manner.edited(post)
        gone = list(self.town.records.gone)
        for network, id in gone[self.gone :]:
            if network == self.network and (left := self.town.find(network, id)):
                yield None, manner.deleted(left)
        self.at, self.gone = now, len(gone)


def streaming(request: Request, manner: Manner, *, media_type: str) -> Response:
    # What is said from now on is heard, however long the answer takes.
    watch = Watch(town_of(request), manner.network)
    return StreamingResponse(told(request, manner, watch), media_type=media_type)


async def told(request: Request, manner: Manner, watch: Watch) -> AsyncIterator[bytes]:
    streams: Streams = request.app.state.streams
    streams.open[manner.network] += 1
    streams.opened[manner.network] += 1
    quiet_for = 0.0
    try:
        yield manner.beginning
        while True:
            if streams.orders[manner.network]:
                order = streams.orders[manner.network].pop(0)
                if order["do"] != "raw":
                    await ended(request, order["do"])
                    return
                yield str(order["text"]).encode()
            for post, line in watch.look(manner):
                if line:
                    yield line
                    watch.town.ledger.serve([post] if post else [], watch.at)
                    quiet_for = 0.0
            if quiet_for >= manner.every:
                quiet_for = 0.0
                yield manner.life
            await asyncio.sleep(TICK)
            quiet_for += TICK
    finally:
        streams.open[manner.network] -= 1


async def ended(request: Request, how: str) -> None:
    if how == "silent":
        await asyncio.sleep(600)
    elif how == "drop":
        drop(request.receive)


async def ask(request: Request) -> Response:
    asked = await json_of(request)
    if not request.headers.get("content-type", "").startswith("application/json"):
        return json_answer({"error": "send JSON, with content-type application/json"}, 415)
    streams: Streams = request.app.state.streams
    known = isinstance(asked, dict) and asked.get("do") in ("close", "drop", "silent", "raw")
    if not known or asked.get("network") not in NETWORKS:
        return json_answer({"error": "network and do must be among those that the manual names"}, 400)
    streams.orders[asked["network"]].append(asked)
    return json_answer({"done": True})


async def ledger(request: Request) -> Response:
    streams: Streams = request.app.state.streams
    return json_answer({"open": streams.open, "opened": streams.opened})


controls = [
    Route("/_sandbox/streams", ask, methods=["POST"], name="sandbox.streams"),
    Route("/_sandbox/streams", ledger, name="sandbox.streams-ledger"),
]
