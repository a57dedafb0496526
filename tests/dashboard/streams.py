"""Reading an event stream in a test, as a browser would."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from dashboard import stream
from dashboard.looking import Again, Looker
from dashboard.wall_filters import WallFilter
from tests.timing import PATIENCE


@dataclass(frozen=True)
class Event:
    name: str
    data: str
    id: str


def parsed(chunk: bytes) -> list[Event]:
    events = []
    for block in chunk.decode().split("\n\n"):
        fields: dict[str, list[str]] = {}
        for line in block.split("\n"):
            name, _, value = line.partition(": ")
            fields.setdefault(name, []).append(value)
        if "event" in fields:
            events.append(Event(fields["event"][0], "\n".join(fields["data"]), fields.get("id", [""])[0]))
    return events


class Reader:
    """One open wall."""

    def __init__(self, last_id: str = "", looker: Looker | None = None, again: Again | None = None) -> None:
        looker = looker or anyone()
        self.chunks: AsyncIterator[bytes] = stream.events(looker, last_id, again or (lambda: looker))
        self.events: list[Event] = []

    async def until(self, enough: Callable[[list[Event]], bool], seconds: float = PATIENCE) -> list[Event]:
        async with asyncio.timeout(seconds):
            while not enough(self.events):
                self.events += parsed(await anext(self.chunks))
        return self.events

    async def until_named(self, name: str, count: int = 1) -> list[Event]:
        await self.until(lambda events: sum(event.name == name for event in events) >= count)
        return [event for event in self.events if event.name == name]

    async def is_live(self) -> None:
        await self.until_named("heartbeat")

    async def rest(self) -> list[Event]:
        async with asyncio.timeout(PATIENCE):
            async for chunk in self.chunks:
                self.events += parsed(chunk)
        return self.events

    async def close(self) -> None:
        await self.chunks.aclose()  # type: ignore[attr-defined]


def anyone(facility_ids: frozenset[int] | None = None, **wanted: object) -> Looker:
    return Looker(facility_ids, wanted=WallFilter(**wanted))  # type: ignore[arg-type]
