"""Opening the stream of an adapter whose network tells by itself, and a taste of it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from listening.sources.contract import (
    Connection,
    Cursor,
    Fate,
    Listening,
    Page,
    Post,
    SourceError,
    Unreadable,
)
from listening.sources.endless import Events, Lines
from listening.sources.push import Opening, Pushes, Told, Wire
from listening.sources.websocket import WebSocket

TASTE_SECONDS = 4.0
TASTE_POSTS = 500
GLANCE = 0.2


class OpenStream(Protocol):
    def __init__(self, connection: Connection, opening: Opening, network: str) -> None: ...

    def read(self, seconds: float) -> list[bytes] | None:
        """The messages that come within so long; None when nothing came at all. SourceError at the end."""
        ...

    def close(self) -> None: ...


WIRES: dict[Wire, type[OpenStream]] = {"websocket": WebSocket, "lines": Lines, "events": Events}


def opened(
    adapter: Pushes, connection: Connection, queries: Sequence[Listening], cursor: Cursor
) -> OpenStream:
    opening = adapter.opening(connection, queries, cursor)
    try:
        return WIRES[adapter.wire](connection, opening, adapter.name)
    except SourceError as error:
        raise adapter.refused(error) from None


def named(page: Page, network: str) -> Page:
    """The page of an adapter whose kind is not what its network is called."""
    return replace(page, posts=[replace(post, network=network) for post in page.posts])


def fates_named(fates: Mapping[str, Fate], network: str) -> dict[str, Fate]:
    return {
        key: replace(fate, post=replace(fate.post, network=network)) if fate.post else fate
        for key, fate in fates.items()
    }


def taste(adapter: Pushes, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
    """What is told within a few seconds. The cursor stays: not all that is told has a place on a page."""
    stream = opened(adapter, connection, queries, cursor)
    posts: list[Post] = []
    unreadable: list[Unreadable] = []
    ends, seen = time.monotonic() + TASTE_SECONDS, cursor
    try:
        while time.monotonic() < ends and len(posts) < TASTE_POSTS:
            for message in stream.read(GLANCE) or ():
                told = adapter.tell(connection, message, seen) or Told(seen)
                seen = told.cursor
                posts += [told.post] if told.post else []
                unreadable += [told.unreadable] if told.unreadable else []
    finally:
        stream.close()
    return Page(posts[:TASTE_POSTS], cursor, unreadable=unreadable)
