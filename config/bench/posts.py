"""Realistic posts: what the sandbox's X gives to the real adapter, kept and handed out from memory."""

import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.utils import timezone

from config import demo
from config.bench.progress import say
from config.embedded.ports import any_free
from config.embedded.processes import Program, kill_group, spawn
from config.embedded.programs import PYTHON
from listening import ingest, sweep, watchlists
from listening.models import Poll, Source
from listening.sources import adapter_for, adapters
from listening.sources.contract import Connection, Cursor, Listening, Page, Post
from listening.sources.x import X

PAGE = 100
PACE = 100  # the sandbox writes ten posts a second: even at night some hours hold enough
KIND = "bench"


def gather(count: int) -> list[Post]:
    """The demo health system, and so many posts that name it, newest first."""
    demo.ensure(sandbox_url="http://127.0.0.1:9", password="a word for nobody", now=timezone.now())  # noqa: S106
    with sandbox() as url:
        posts = list(asked(url, count))
    say(f"{len(posts):,} posts of {len({post.text for post in posts}):,} different texts")
    return posts


def asked(url: str, count: int) -> Iterator[Post]:
    options = {"api_url": url, "backfill_hours": 24}
    connection = Connection(options, {"bearer_token": "sandbox-key"}, may_reach_private=True)
    cursor: Cursor = {}
    while count > 0:
        page = adapter_for("x").fetch(connection, watchlists.current().listening, cursor)
        yield from page.posts[:count]
        count -= len(page.posts)
        cursor = page.cursor
        if not page.has_more:
            return


@contextmanager
def sandbox() -> Iterator[str]:
    port = any_free()
    command = [PYTHON, "-m", "sandbox", "--port", str(port), "--pace", str(PACE)]
    process = spawn(Program("sandbox", command), output=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        kill_group(process)


def wait_for(port: int, process: subprocess.Popen[bytes], *, seconds: int = 60) -> None:
    """Until the program listens."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")


class Replay(X):
    """A source that hands out posts which are in memory already."""

    kind = KIND

    def __init__(self) -> None:
        self.pages: list[Sequence[Post]] = []

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        posts = self.pages.pop(0) if self.pages else ()
        return Page(posts, {"left": len(self.pages)}, has_more=bool(self.pages))


class Feed:
    """The pretend source and its polls: all of the real pipeline but the network."""

    def __init__(self) -> None:
        self.replay = Replay()
        adapters()[KIND] = self.replay
        now = timezone.now()
        self.source = Source.objects.create(slug=KIND, name="Bench", kind=KIND, next_poll_at=now)

    def take(self, posts: Sequence[Post]) -> list[Poll]:
        """Polls until all of them are stored."""
        self.replay.pages = [posts[at : at + PAGE] for at in range(0, len(posts), PAGE)]
        polls = []
        while self.replay.pages:
            polls.append(self.poll())
        return polls

    def poll(self) -> Poll:
        owed = sweep.open_poll(self.source, timezone.now())
        done = ingest.poll(owed.pk) if owed else None
        if done is None or done.state != Poll.State.DONE:
            raise RuntimeError(f"a poll did not end well: {done and done.error}")
        return done
