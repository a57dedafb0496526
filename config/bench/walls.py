"""From the commit of a mention to its arrival at the open walls: real pipeline, web process and bell.

Beside it, with the same walls and mentions, a server where each wall has a subscription of its own.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from time import monotonic, sleep

import psutil
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections, transaction
from django.test import Client
from redis import Redis

from config.bench import posts as realistic
from config.bench.progress import say
from config.bench.streams import PLAIN_CHANNEL, Stored, Walls, numbered
from config.bench.table import Figure, percentile
from config.embedded import programs
from config.embedded.ports import any_free
from config.embedded.processes import kill_group, spawn
from hospital.models import Membership, Role
from listening import wall_sequence
from listening.models import Mention
from listening.sources.contract import Post

A_SECOND = 5
WARM_UP = 5
LAST_ONES_WITHIN = 30.0
OURS = "config.asgi:application"
PLAIN = "config.bench.plain:application"
NAMES = {OURS: "ours", PLAIN: "a subscription each"}


@dataclass(frozen=True)
class Size:
    walls: tuple[int, ...]
    mentions: int


FULL = Size(walls=(200, 1_000), mentions=200)
SMALL = Size(walls=(10, 20), mentions=10)


@dataclass(frozen=True)
class Server:
    """A web process that holds walls open."""

    application: str
    port: int
    process: psutil.Process


@dataclass(frozen=True)
class Seen:
    """What a number of walls saw of some mentions."""

    milliseconds: list[float]
    delivered: float  # of hundred
    megabytes: float
    event: bytes  # one of those that came


def measure(*, is_small: bool) -> Iterator[Figure]:
    size = SMALL if is_small else FULL
    wanted = WARM_UP + size.mentions * (1 + 2 * len(size.walls))
    posts = realistic.gather(wanted)
    if len(posts) < wanted:
        raise RuntimeError("the sandbox has too few posts")
    fresh = iter(posts)
    cookies = signed_in(max(size.walls))
    feed = realistic.Feed()
    with web(OURS) as ours, web(PLAIN) as plain:
        event = watch(feed, ours, cookies[:1], list(islice(fresh, WARM_UP))).event
        alone = watch(feed, ours, cookies[:1], list(islice(fresh, size.mentions)))
        for count in size.walls:
            many = watch(feed, ours, cookies[:count], list(islice(fresh, size.mentions)))
            plainly = watch(feed, plain, cookies[:count], list(islice(fresh, size.mentions)), event)
            yield from figures(count, many, {NAMES[PLAIN]: plainly, "ours with 1 wall": alone})


def figures(walls: int, many: Seen, baselines: Mapping[str, Seen]) -> Iterator[Figure]:
    for name, other in baselines.items():
        for percent in (50, 95, 99):
            took, beside = (percentile(seen.milliseconds, percent) for seen in (many, other))
            yield Figure(f"stored to received, {walls:,} walls, p{percent}", took, "ms", name, beside)
        received = f"received of expected, {walls:,} walls"
        yield Figure(received, many.delivered, "%", name, other.delivered, is_more_better=True)
        memory = f"memory of the web process, {walls:,} walls"
        yield Figure(memory, many.megabytes, "MB", name, other.megabytes)


def watch(
    feed: realistic.Feed, server: Server, cookies: list[str], posts: Sequence[Post], event: bytes = b""
) -> Seen:
    """Opens the walls, stores the posts one by one, and looks who received what when.

    A plain server is handed an event of ours for each, with its number.
    """
    say(f"{NAMES[server.application]}: {len(cookies):,} walls, {len(posts)} mentions, {A_SECOND} a second")
    walls = Walls(server.port, cookies, after=wall_sequence.newest())
    stored, megabytes = asyncio.run(watched(walls, partial(store_all, feed, posts, event), server.process))
    came = [stored.arrivals(mine) for mine in walls.received]
    waits = [(at - stored.at[number]) * 1000 for mine in came for number, at in mine.items()]
    delivered = 100 * len(waits) / (len(stored.at) * len(cookies))
    return Seen(waits, delivered, megabytes, walls.event)


async def watched(walls: Walls, store: Callable[[], Stored], process: psutil.Process) -> tuple[Stored, float]:
    began = monotonic()
    await walls.open()
    say(f"open after {monotonic() - began:.1f} s")
    stored = await asyncio.to_thread(store)
    await walls.until_all(stored, seconds=LAST_ONES_WITHIN)
    megabytes = process.memory_info().rss / 1e6
    await walls.close()
    return stored, megabytes


def store_all(feed: realistic.Feed, posts: Sequence[Post], event: bytes) -> Stored:
    stored = Stored()
    began, newest = monotonic(), wall_sequence.newest()
    bell = Redis.from_url(settings.REDIS_URL)
    try:
        for number, post in enumerate(posts):
            sleep(max(0.0, began + number / A_SECOND - monotonic()))
            # Around the poll's own transactions, so that this comes first after the one commit there is:
            # before the bell is rung.
            with transaction.atomic():
                transaction.on_commit(partial(note, stored, newest))
                feed.take([post])
            for fresh in [seq for seq in stored.at if event and seq > newest]:
                bell.publish(PLAIN_CHANNEL, numbered(event, fresh))
            newest = max(stored.at, default=newest)
    finally:
        connections.close_all()
        bell.close()
    return stored


def note(stored: Stored, seq: int) -> None:
    """What the walls are to show, of all beyond a number."""
    now = monotonic()
    shown = Mention.objects.within(None).there().filter(wall_seq__gt=seq)
    for pk, number in shown.values_list("pk", "wall_seq"):
        stored.took(pk, number, now)


@transaction.atomic
def signed_in(count: int) -> list[str]:
    """Cookies of so many people's browsers."""
    return [cookie(f"bench-{number}") for number in range(count)]


def cookie(username: str) -> str:
    person = User.objects.create(username=username)
    Membership.objects.create(user=person, role=Role.MANAGER)
    client = Client()
    client.force_login(person)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


@contextmanager
def web(application: str) -> Iterator[Server]:
    port = any_free()
    program = programs.web("127.0.0.1", port, {})
    command = [application if part == OURS else part for part in program.command]
    with tempfile.TemporaryFile() as log:
        process = spawn(replace(program, command=command), output=log.fileno())
        try:
            realistic.wait_for(port, process)
            yield Server(application, port, psutil.Process(process.pid))
        finally:
            kill_group(process)
            log.seek(0)
            if said := log.read().decode(errors="replace").strip():
                say(f"the web process said: {said[-2000:]}")
