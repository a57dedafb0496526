"""Open walls as browsers hold them: one connection each, read as it comes, each mention with its moment."""

import asyncio
import re
from dataclasses import dataclass, field
from time import monotonic

HEAD = (
    "GET /wall/stream/?after={after} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
    "Cookie: {cookie}\r\n\r\n"
)
MENTION = re.compile(rb"^event: mention\nid: (\d+)$", re.MULTILINE)
SECONDS_TO_OPEN = 60


@dataclass
class Walls:
    """So many walls, and what each received: the mention's number and the moment."""

    port: int
    cookies: list[str]
    after: int
    received: list[list[tuple[int, float]]] = field(init=False)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.received = [[] for _ in self.cookies]

    async def open(self) -> None:
        """Returns when each has heard that it is live."""
        loop = asyncio.get_running_loop()
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
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(HEAD.format(after=self.after, cookie=self.cookies[number]).encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.splitlines()[0] or b"chunked" not in head.lower():
                raise RuntimeError(f"a wall's stream answered {head.splitlines()[0]!r}")
            while chunk := await next_chunk(reader):
                moment = monotonic()
                self.received[number] += [(int(found[1]), moment) for found in MENTION.finditer(chunk)]
                if b"event: heartbeat" in chunk and not live.done():
                    live.set_result(None)
        finally:
            writer.close()

    async def until_all(self, expected: int, *, seconds: float) -> None:
        """Waits for the last ones; whoever lacks some after that has lost them."""
        deadline = monotonic() + seconds
        while monotonic() < deadline and any(len(mine) < expected for mine in self.received):
            await asyncio.sleep(0.05)

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def next_chunk(reader: asyncio.StreamReader) -> bytes:
    """One piece of the answer as the server sent it; empty at its end."""
    size = int((await reader.readuntil(b"\r\n")).strip(), 16)
    return (await reader.readexactly(size + 2))[:size]
