"""The sandbox's mail server on loopback, with the mails and the faults that a test gives it."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from sandbox import certificate
from sandbox.certificate import Pair
from sandbox.imap import Act, Mail, Server, Talk
from tests.timing import PATIENCE

Fault = Callable[[str], Act | None]
"""Given what was said: what happens in place of an answer, if anything."""

TAKEN_AT = datetime(2099, 11, 20, 2, 4, 5, tzinfo=UTC)
"""When the server took in each mail: recent enough for whoever asks."""


@cache
def pair() -> Pair:
    return certificate.made()


@dataclass
class Box:
    """A folder of the mails that a test put there."""

    raw: list[bytes] = field(default_factory=list)
    numbering: int = 7
    user: str = "letters"
    password: str = "username-and-password"
    greeting: bytes = b"* OK ready\r\n"
    goes_wrong: Fault | None = None
    port: int = 0
    asked: list[str] = field(default_factory=list)

    def add(self, raw: str | bytes) -> None:
        self.raw.append(raw.encode() if isinstance(raw, str) else raw)

    def validity(self) -> int:
        return self.numbering

    def mails(self) -> Sequence[Mail]:
        return [Mail(uid, TAKEN_AT, partial(bytes, raw)) for uid, raw in enumerate(self.raw, 1)]

    def refusal(self, user: str, password: str) -> str:
        return "" if (user, password) == (self.user, self.password) else "[AUTHENTICATIONFAILED] no"

    def fault(self, command: str, said: str) -> Act | None:
        self.asked.append(said)
        return self.goes_wrong(said) if self.goes_wrong else None

    def served(self, mails: Sequence[Mail]) -> None:
        """A test sees for itself what came."""


@contextmanager
def serving(*mails: str | bytes, **fields: Any) -> Iterator[Box]:
    box = Box(**fields)
    for mail in mails:
        box.add(mail)
    server, loop = Server(box, pair()), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def wait(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(PATIENCE)

    box.port = wait(server.open("127.0.0.1", 0))
    try:
        yield box
    finally:
        wait(server.close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()


def at(word: str, act: Act) -> Fault:
    """Do this in place of answering that command."""
    return lambda said: act if word in said else None


async def dripping(talk: Talk, tag: str, answer: bytes) -> None:
    for _ in range(1000):
        await talk.say(b"*")
        await asyncio.sleep(0.05)


async def cutting(talk: Talk, tag: str, answer: bytes) -> None:
    await talk.say(b"* 1 FETCH (UID 1 BODY[]<0> {1000}\r\nhalf")
    talk.writer.close()


async def endless(talk: Talk, tag: str, answer: bytes) -> None:
    while True:
        await talk.say(b"* 1 EXISTS\r\n" * 1000)
