"""News for the open walls of one web process.

1. A bell on Redis, or a slow tick when Redis is silent, says that there may be something new.
2. Rows beyond the last number are read from PostgreSQL in the order of their commits and rendered once.
3. Each open wall has a bounded queue. One that is too slow is let go: it comes back and catches up.

Nothing here is the truth: a wall that missed it all asks the database for what lies beyond its last number.
"""

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dashboard import arrivals
from dashboard.arrivals import Arrival
from dashboard.doorbell import CHANNEL, CLOSE
from dashboard.faces import Face
from dashboard.frames import CLOSING, frame
from listening import wall_sequence

logger = logging.getLogger(__name__)

BATCH = 1_000
"""Read at once: the more, the fewer times a story's card is made."""
KEPT = 500  # arrivals kept in memory for walls that come back
QUEUE = 2 * BATCH  # arrivals that may wait for one wall
TICK_SECONDS = 2.0
MANY = 50
BREATH_SECONDS = (0.5, 3.0)
"""In a flood: half as long between two looks as the last one took, within these. A story's card is then made
once for more of its posts, and whoever asks for a page meanwhile gets it."""
STALE_SECONDS = 10.0
"""A hub that has not reached the database for so long is not live, and sends no heartbeat."""

P = ParamSpec("P")
R = TypeVar("R")
asked_by_walls = ThreadPoolExecutor(max_workers=4, thread_name_prefix="wall")
# News waits for no wall's own question: hundreds of walls may ask at once whether they may go on.
news_reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="news")


async def reading(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Reads the database for one wall, outside the event loop."""
    return await _run(asked_by_walls, partial(function, *args, **kwargs))


async def reading_news(after: int, wanted: frozenset[Face]) -> list[Arrival]:
    """What lies beyond a number, for all walls."""
    return await _run(news_reader, partial(arrivals.after, after, limit=BATCH, wanted=wanted))


async def _run(threads: ThreadPoolExecutor, function: Callable[[], R]) -> R:
    def run() -> R:
        try:
            return function()
        finally:
            # No connection is kept: streams are many and long.
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(threads, run)


Item = Arrival | bytes
"""What waits for a wall: an arrival, or a ready frame that is the same for all."""


class Client:
    """One open wall."""

    def __init__(self, since: int, face: Face | None = None) -> None:
        self.face = face
        self.since = since  # everything up to here was sent out before it joined
        self.queue: asyncio.Queue[Item] = asyncio.Queue(QUEUE)
        self.is_lost = False

    def offer(self, item: Item) -> None:
        try:
            self.queue.put_nowait(item)
        except asyncio.QueueFull:
            self.is_lost = True


class Hub:
    def __init__(self) -> None:
        self.clients: set[Client] = set()
        self.recent: deque[Arrival] = deque(maxlen=KEPT)
        self.last = 0
        self.floor = 0  # `recent` holds everything beyond this
        self.checked_at = 0.0
        self.bell = asyncio.Event()
        self.starting = asyncio.Lock()
        self.tasks: list[asyncio.Task[None]] = []

    @property
    def is_live(self) -> bool:
        return monotonic() - self.checked_at < STALE_SECONDS

    async def join(self, face: Face | None = None) -> Client:
        """A wall that shows mentions with this face; None for one that waits for bells alone."""
        async with self.starting:
            if not self.tasks:
                await self.start()
            # Nothing is waited for from here on: the last wall that leaves stops the hub.
            client = Client(since=self.last, face=face)
            self.clients.add(client)
        return client

    def leave(self, client: Client) -> None:
        self.clients.discard(client)
        if not self.clients:
            self.stop()

    async def start(self) -> None:
        self.last = self.floor = await reading(wall_sequence.newest)
        self.recent.clear()
        self.checked_at = monotonic()
        self.tasks = [asyncio.create_task(self.watch()), asyncio.create_task(self.listen())]
        for task in self.tasks:
            task.add_done_callback(self.ended)

    def stop(self) -> None:
        tasks, self.tasks = self.tasks, []
        for task in tasks:
            task.cancel()

    def ended(self, task: asyncio.Task[None]) -> None:
        """A watcher that dies takes its walls with it: they come back, and begin it anew."""
        if task.cancelled():
            return
        logger.error("The wall's watcher stopped: %r", task.exception())
        self.stop()
        for client in self.clients:
            client.is_lost = True
            client.offer(b"")

    async def watch(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.bell.wait(), TICK_SECONDS)
            self.bell.clear()
            try:
                await self.drain()
            except DatabaseError as error:
                logger.warning("The wall cannot read the database: %s", type(error).__name__)
                await asyncio.sleep(TICK_SECONDS)

    async def drain(self) -> None:
        """Pass on all that is new."""
        while True:
            began = monotonic()
            faces = frozenset(client.face for client in self.clients if client.face)
            found = await reading_news(self.last, faces)
            self.checked_at = monotonic()
            for arrival in found:
                self.pass_on(arrival)
            if len(found) < MANY:
                return
            shortest, longest = BREATH_SECONDS
            await asyncio.sleep(min(longest, max(shortest, (monotonic() - began) / 2)))

    def pass_on(self, arrival: Arrival) -> None:
        if len(self.recent) == KEPT:
            self.floor = self.recent[0].seq
        self.recent.append(arrival)
        self.last = arrival.seq
        self.tell(arrival)

    def tell(self, item: Item) -> None:
        for client in self.clients:
            client.offer(item)

    async def listen(self) -> None:
        while True:
            with contextlib.suppress(RedisError, OSError):
                await self.subscribe()
            await asyncio.sleep(1)

    async def subscribe(self) -> None:
        if not settings.REDIS_URL:
            return
        # A subscription may be silent for hours.
        redis = Redis.from_url(settings.REDIS_URL, socket_timeout=None, socket_connect_timeout=2)
        async with redis, redis.pubsub() as pubsub:
            await pubsub.subscribe(CHANNEL)
            self.bell.set()
            async for message in pubsub.listen():
                if message["type"] == "message":
                    self.hear(message["data"])

    def hear(self, data: bytes) -> None:
        if data == CLOSE:
            self.tell(CLOSING)
            return
        with contextlib.suppress(ValueError):
            for name in json.loads(data):
                if name == "mentions":
                    self.bell.set()
                else:
                    self.tell(frame("bell", str(name)))

    async def missed(self, seq: int, upto: int, face: Face) -> list[Arrival] | None:
        """What lies between two numbers; None when that is too much to send one by one."""
        if seq >= self.floor:
            return [arrival for arrival in list(self.recent) if seq < arrival.seq <= upto]
        found = await reading(arrivals.after, seq, upto=upto, limit=KEPT + 1, wanted=frozenset({face}))
        return None if len(found) > KEPT else found


hubs: WeakKeyDictionary[Any, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop: one in a web process."""
    loop = asyncio.get_running_loop()
    if loop not in hubs:
        hubs[loop] = Hub()
    return hubs[loop]
