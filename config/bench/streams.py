"""Open walls as browsers hold them: one connection each, read as it comes, each mention with its moment."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

HEAD = (
    "GET /wall/stream/?after={after} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
    "Cookie: {cookie}\r\n\r\n"
)
# Where its story tells it already, what comes may only take its own card away.
TOLD = re.compile(rb"^event: (?:mention|drop|gone)\nid: (\d+)$", re.MULTILINE)
CARD = re.compile(rb"^event: mention\nid: \d+$", re.MULTILINE)
PLAIN_CHANNEL = "bench-plain"
SECONDS_TO_OPEN = 180
AT_A_TIME = 50
"""So many ask to be let in at once: what is measured is how it is to be open."""


@dataclass
class Stored:
    """The moment of each commit, by the number that the mention then had on the wall."""

    at: dict[int, float] = field(default_factory=dict)
    # A mention whose story grows takes another number: whoever comes late sees only that one.
    later: dict[int, int] = field(default_factory=dict)
    number_of: dict[int, int] = field(default_factory=dict)

    def took(self, mention_id: int, number: int, moment: float) -> None:
        self.at[number] = moment
        if before := self.number_of.get(mention_id):
            self.later[before] = number
        self.number_of[mention_id] = number

    def arrivals(self, received: Sequence[tuple[int, float]]) -> dict[int, float]:
        """When each came first, of those that came."""
        first = dict(reversed(received))
        found = {number: self._came(number, first) for number in self.at}
        return {number: moment for number, moment in found.items() if moment is not None}

    def _came(self, number: int | None, first: Mapping[int, float]) -> float | None:
        while number is not None and number not in first:
            number = self.later.get(number)
        return None if number is None else first[number]


@dataclass
class Walls:
    """So many walls, and what each received: the mention's number and the moment."""

    port: int
    cookies: list[str]
    after: int
    received: list[list[tuple[int, float]]] = field(init=False)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    doors: asyncio.Semaphore = field(init=False)
    event: bytes = b""  # the first that came to any of them

    def __post_init__(self) -> None:
        self.received = [[] for _ in self.cookies]

    async def open(self) -> None:
        """Returns when each has heard that it is live."""
        loop = asyncio.get_running_loop()
        self.doors = asyncio.Semaphore(AT_A_TIME)
        live = [loop.create_future() for _ in self.cookies]
        self.tasks = [asyncio.create_task(self.follow(number, heard)) for number, heard in enumerate(live)]
        for task in self.tasks:
            task.add_done_callback(lambda task: self.ended(task, live))
        await asyncio.wait_for(asyncio.gather(*live), SECONDS_TO_OPEN)

    @staticmethod
    def ended(task: asyncio.Task[None], live: "list[asyncio.Future[None]]") -> None:
        if not task.cancelled() and (error := task.exception()):
            for heard in live:
                if not heard.done():
                    heard.set_exception(error)

    async def follow(self, number: int, live: "asyncio.Future[None]") -> None:
        async with self.doors:
            reader, writer = await self.answered(number)
        try:
            while chunk := await next_chunk(reader):
                moment = monotonic()
                came = [(int(found[1]), moment) for found in TOLD.finditer(chunk)]
                self.received[number] += came
                self.event = self.event or (came and event_in(chunk)) or b""
                if b"event: heartbeat" in chunk and not live.done():
                    live.set_result(None)
        finally:
            writer.close()

    async def answered(self, number: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(HEAD.format(after=self.after, cookie=self.cookies[number]).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.splitlines()[0] or b"chunked" not in head.lower():
            raise RuntimeError(f"a wall's stream answered {head.splitlines()[0]!r}")
        return reader, writer

    async def until_all(self, expected: Stored, *, seconds: float) -> None:
        """Waits for each of them at each wall; whoever lacks some after that has lost them."""
        deadline = monotonic() + seconds
        lacking = list(self.received)
        while lacking and monotonic() < deadline:
            lacking = [mine for mine in lacking if len(expected.arrivals(mine)) < len(expected.at)]
            await asyncio.sleep(0.1)

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def next_chunk(reader: asyncio.StreamReader) -> bytes:
    """One piece of the answer as the server sent it; empty at its end."""
    size = int((await reader.readuntil(b"\r\n")).strip(), 16)
    return (await reader.readexactly(size + 2))[:size]


def event_in(chunk: bytes) -> bytes:
    """The first that tells of a mention."""
    return next((event + b"\n\n" for event in chunk.split(b"\n\n") if CARD.search(event)), b"")


def numbered(event: bytes, number: int) -> bytes:
    """The same as if it told of another mention."""
    return CARD.sub(b"event: mention\nid: %d" % number, event, count=1)
