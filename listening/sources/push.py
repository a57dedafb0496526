"""What an adapter holds whose network is not asked but tells by itself, over a connection that stays open.

`listening.streams` opens that connection, keeps it and comes back after it broke. The adapter only says where
to, and what each message means.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Protocol, runtime_checkable

from listening.sources.contract import (
    Connection,
    Cursor,
    Listening,
    Page,
    Post,
    SourceError,
    Unavailable,
    Unreadable,
)

Wire = Literal["websocket", "lines", "events"]

MOST_BYTES = 4 * 1024 * 1024
"""The most that is read of one message; a network that sends more is hung up on."""


@dataclass(frozen=True)
class Opening:
    """Where a stream begins, and what is said on the way in."""

    address: str
    headers: dict[str, str] = field(default_factory=dict)
    subprotocols: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()  # further addresses that are read at the same time


@dataclass(frozen=True)
class Told:
    """What one message means. The cursor is kept once all of it is stored."""

    cursor: Cursor
    post: Post | None = None
    gone: str = ""  # what the ids of an author begin with whose posts are all to be erased
    unreadable: Unreadable | None = None
    gap: str = ""  # what may have been missed, in words
    gone_at: datetime | None = None  # when a post was written that is gone, where its id here says no more


class CursorTooOld(SourceError):
    """The network no longer holds what came after the cursor."""

    kind: ClassVar[str] = "cursor_too_old"


class TooLarge(SourceError):
    """A message longer than is read; it comes again whenever the stream is taken up before it."""

    kind: ClassVar[str] = "bad_payload"


class Closed(Unavailable):
    """The network ended the stream in an orderly way: it restarts, or wants its listeners elsewhere."""


@runtime_checkable
class Pushes(Protocol):
    """An adapter whose network tells by itself."""

    name: str  # of the network, in messages
    wire: Wire
    silence: timedelta  # without a word for longer, the connection is dead

    def opening(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Opening: ...

    def tell(self, connection: Connection, message: bytes, cursor: Cursor) -> Told | None:
        """None when it says nothing that is wanted, or repeats what the cursor has passed. SourceError when
        it says that the stream is over."""
        ...

    def refused(self, error: SourceError) -> SourceError:
        """The error that a refused connection stands for; CursorTooOld where that is what was meant."""
        ...

    def lost_since(self, cursor: Cursor, now: datetime) -> str:
        """What may be missing when the stream begins now instead of where the cursor stands, in words."""
        ...


@runtime_checkable
class Fills(Protocol):
    """A pushing adapter whose stream begins now, and whose network lists elsewhere what was said before."""

    fills_after: Sequence[timedelta]
    """When it is asked for, since the stream was opened. The cursor does not move with the stream before the
    last of these is stored: until then a post may be in neither of the two."""

    def fill(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        """A page of what came after the cursor, as `fetch` would read it."""
        ...


@runtime_checkable
class Asks(Protocol):
    """A pushing adapter that tells its network what to tell: with another answer it is opened anew."""

    def asked(self, connection: Connection, queries: Sequence[Listening]) -> Sequence[str]: ...
