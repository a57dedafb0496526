"""From the commit of a mention to its arrival at the open walls: real pipeline, web process and bell."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from time import monotonic, sleep

import psutil
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections, transaction
from django.test import Client

from config.bench import posts as realistic
from config.bench.progress import say
from config.bench.streams import Walls
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
LAST_ONES_WITHIN = 15.0


@dataclass(frozen=True)
class Size:
    walls: int
    mentions: int
    mentions_alone: int


FULL = Size(walls=200, mentions=200, mentions_alone=100)
SMALL = Size(walls=10, mentions=10, mentions_alone=5)


@dataclass(frozen=True)
class Seen:
    """What a number of walls saw of some mentions."""

    milliseconds: list[float]
    delivered: float  # of hundred
    repeated: int
    megabytes: float


def measure(*, is_small: bool) -> Iterator[Figure]:
    size = SMALL if is_small else FULL
    posts = realistic.gather(WARM_UP + size.mentions_alone + size.mentions)
    if len(posts) < WARM_UP + size.mentions_alone + size.mentions:
        raise RuntimeError("the sandbox has too few posts")
    first, rest = posts[:WARM_UP], posts[WARM_UP:]
    cookies = signed_in(size.walls)
    feed = realistic.Feed()
    with web() as (port, process):
        watch(feed, port, process, cookies[:1], first)
        alone = watch(feed, port, process, cookies[:1], rest[: size.mentions_alone])
        many = watch(feed, port, process, cookies, rest[size.mentions_alone :])
    say(f"{many.repeated} arrived twice")
    yield from figures(size.walls, many, alone)


def figures(walls: int, many: Seen, alone: Seen) -> Iterator[Figure]:
    for percent in (50, 95, 99):
        yield Figure(
            f"stored to received, {walls} walls, p{percent}",
            percentile(many.milliseconds, percent),
            "ms",
            "1 wall",
            percentile(alone.milliseconds, percent),
        )
    yield Figure(
        f"received of expected, {walls} walls",
        many.delivered,
        "%",
        "1 wall",
        alone.delivered,
        is_more_better=True,
    )
    yield Figure(f"memory of the web process, {walls} walls", many.megabytes, "MB", "1 wall", alone.megabytes)


def watch(
    feed: realistic.Feed, port: int, process: psutil.Process, cookies: list[str], posts: Sequence[Post]
) -> Seen:
    """Opens the walls, stores the posts one by one, and looks who received what when."""
    walls = Walls(port, cookies, after=wall_sequence.newest())
    committed, megabytes = asyncio.run(watched(walls, feed, posts, process))
    received = [{seq: at for seq, at in reversed(mine) if seq in committed} for mine in walls.received]
    arrived = [(committed[seq], at) for mine in received for seq, at in mine.items()]
    return Seen(
        [(at - stored_at) * 1000 for stored_at, at in arrived],
        100 * len(arrived) / (len(committed) * len(cookies)),
        sum(map(len, walls.received)) - len(arrived),
        megabytes,
    )


async def watched(
    walls: Walls, feed: realistic.Feed, posts: Sequence[Post], process: psutil.Process
) -> tuple[dict[int, float], float]:
    say(f"{len(walls.cookies)} walls, {len(posts)} mentions, {A_SECOND} a second")
    await walls.open()
    committed = await asyncio.to_thread(store_all, feed, posts)
    await walls.until_all(len(posts), seconds=LAST_ONES_WITHIN)
    megabytes = process.memory_info().rss / 1e6
    await walls.close()
    return committed, megabytes


def store_all(feed: realistic.Feed, posts: Sequence[Post]) -> dict[int, float]:
    """The moment of each commit, by the number that the mention then had on the wall."""
    committed: dict[int, float] = {}
    began = monotonic()
    try:
        for number, post in enumerate(posts):
            sleep(max(0.0, began + number / A_SECOND - monotonic()))
            # Around the poll's own transactions, so that this comes first after the one commit there is:
            # before the bell is rung.
            with transaction.atomic():
                transaction.on_commit(partial(stamp, committed, post.external_id))
                feed.take([post])
    finally:
        connections.close_all()
    return committed


def stamp(committed: dict[int, float], external_id: str) -> None:
    now = monotonic()
    # A later one of the same story gives the first a new number.
    stored = Mention.objects.unrestricted().filter(external_id=external_id)
    committed.update((number, now) for number in stored.values_list("wall_seq", flat=True))


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
def web() -> Iterator[tuple[int, psutil.Process]]:
    port = any_free()
    with tempfile.TemporaryFile() as log:
        process = spawn(programs.web("127.0.0.1", port, {}), output=log.fileno())
        try:
            realistic.wait_for(port, process)
            yield port, psutil.Process(process.pid)
        finally:
            kill_group(process)
            log.seek(0)
            if said := log.read().decode(errors="replace").strip():
                say(f"the web process said: {said[-2000:]}")
